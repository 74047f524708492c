import type { Deps } from '../deps.ts'
import type { HeldJob } from '../store/jobs/jobs.ts'

/** One kind of work that is due at times. */
export type JobKind = {
  kind: string
  /** There for good: a job of this kind is made where there is none, and is due at once. */
  isStanding?: boolean
  /**
   * Works on a job, and ends it. What it throws is logged, and the job tried again later. Long work
   * looks at `isStopping` between its parts.
   */
  run(deps: Deps, held: HeldJob, isStopping: () => boolean): Promise<void>
}
