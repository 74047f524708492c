import type { Deps } from '../deps.ts'
import type { HeldJob, JobEnd, JobName, Lease } from '../store/jobs/jobs.ts'
import { type CommitDeps, commit } from './commit.ts'
import type { Accepted, Actor } from './decision.ts'

/**
 * Longer than the calls to a provider take together that one attempt makes. That the lease is over
 * only lets others begin: what protects an effect is the lease's token, or the value it replaces.
 */
export const LEASE_MS = 60_000

/** The lease of whoever takes a job now. */
export function newLease({ random, clock }: Pick<Deps, 'random' | 'clock'>): Lease {
  const nowMs = clock()
  return { token: random.requestId(), nowMs, untilMs: nowMs + LEASE_MS }
}

/** Takes a job to work on it at once, due or not; null while somebody else works on it. */
export const holdJob = (
  deps: Pick<Deps, 'store' | 'random' | 'clock'>,
  name: JobName,
): Promise<HeldJob | null> => deps.store.jobs.hold(name, newLease(deps))

export const jobActor = ({ kind }: JobName): Actor => ({ kind: 'job', id: kind })

/** Somebody else has taken the job meanwhile: nothing was committed. */
export type LeaseLost = { kind: 'lease_lost' }

/** Commits what work on a job has come to, together with the end of the job. */
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

/** Ends a job that has changed nothing else. */
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
