import type { Deps } from '../deps.ts'
import type { HeldJob, JobEnd, JobName, Lease } from '../store/jobs/jobs.ts'
import { type CommitDeps, commit } from './commit.ts'
import type { Accepted, Actor } from './decision.ts'

/**
 * Longer than all provider calls of one attempt together. The expiry of a lease only lets others
 * begin: effects are protected by the lease's token, or by the value that they replace.
 */
export const LEASE_MS = 60_000

/** Creates the lease for a job that is taken now. */
export function newLease({ random, clock }: Pick<Deps, 'random' | 'clock'>): Lease {
  const nowMs = clock()
  return { token: random.requestId(), nowMs, untilMs: nowMs + LEASE_MS }
}

/** Takes a job immediately, due or not; null while another worker holds it. */
export const holdJob = (
  deps: Pick<Deps, 'store' | 'random' | 'clock'>,
  name: JobName,
): Promise<HeldJob | null> => deps.store.jobs.hold(name, newLease(deps))

export const jobActor = ({ kind }: JobName): Actor => ({ kind: 'job', id: kind })

/** Another worker took the job meanwhile: nothing was committed. */
export type LeaseLost = { kind: 'lease_lost' }

/** Commits the result of a job together with its end. */
export function endJob<D extends Accepted<unknown> | { kind: string }>(
  deps: CommitDeps & Pick<Deps, 'clock'>,
  held: HeldJob,
  decide: () => D | Promise<D>,
  endOf: (decided: D) => JobEnd,
): Promise<D | LeaseLost> {
  const { jobs } = deps.store
  let latest: D | null = null
  return commit<D | LeaseLost>(
    deps,
    jobActor(held),
    async () => {
      latest = (await jobs.isHeld(held)) ? await decide() : null
      return latest ?? { kind: 'lease_lost' }
    },
    () => (latest === null ? [] : jobs.end(held, endOf(latest), deps.clock())),
  )
}

/** Ends a job without any other change. */
export async function endJobAlone(
  deps: CommitDeps & Pick<Deps, 'clock'>,
  held: HeldJob,
  end: JobEnd,
): Promise<void> {
  await endJob(
    deps,
    held,
    () => ({ kind: 'unchanged' }),
    () => end,
  )
}
