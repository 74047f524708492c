import type { Deps } from '../deps.ts'
import type { HeldJob } from '../store/jobs/jobs.ts'

/** A kind of background job, run when it is due. */
export type JobKind = {
  kind: string
  /** A permanent job: it is created, due at once, if it does not exist yet. */
  isRecurring?: boolean
  /**
   * Runs a job and ends it. An error that it throws is logged, and the job is retried later.
   * Long-running work should check `isStopping` between its parts.
   */
  run(deps: Deps, held: HeldJob, isStopping: () => boolean): Promise<void>
}
