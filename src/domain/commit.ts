import type { Deps } from '../deps.ts'
import { isUniqueViolation, isUnmetExpectation } from '../store/failures.ts'
import { StoreError } from '../store/store-error.ts'
import type { Write } from '../store/writer/writes.ts'
import type { Accepted, Actor } from './decision.ts'
import { recordEvents } from './events/record.ts'

export type CommitDeps = Pick<Deps, 'store' | 'log' | 'clock' | 'wakeJobs'>

type Decided = Accepted<unknown> | { kind: string }

/** Concurrent changes to the same rows make an attempt fail, so there are up to two more. */
const ATTEMPTS = 3

/**
 * The only way from a decision to the database. Runs `decide` and commits its change and its
 * events, together with the writes that `also` adds for the caller: the API its idempotency record,
 * the callback the outcome of the link, a job its end. Resolves with the decision once everything
 * is on disk.
 *
 * If a unique value is already taken or an expectation is not met, another commit was first and
 * nothing was written. `decide` then runs again, sees the new rows, and usually refuses. So it may
 * run three times and must not call a provider; a provider's response is obtained before and passed
 * in. Throws a `StoreError` (`contended`) if every attempt lost: the request is valid, and may
 * succeed a moment later.
 */
export async function commit<D extends Decided>(
  deps: CommitDeps,
  actor: Actor,
  decide: () => D | Promise<D>,
  also: (decided: D) => readonly Write[] = () => [],
): Promise<D> {
  const { store, log } = deps
  for (let attempt = 1; ; attempt += 1) {
    const decided = await decide()
    const writes = [...writesOf(deps, actor, decided), ...also(decided)]
    try {
      if (writes.length > 0) await store.commit(writes)
      if (hasJobs(decided)) deps.wakeJobs()
      log.debug({ [actor.kind]: actor.id, decision: decided.kind }, 'decided')
      return decided
    } catch (error) {
      const isConflict = isUniqueViolation(error) || isUnmetExpectation(error)
      if (!isConflict) throw error
      if (attempt === ATTEMPTS) throw contended(error)
    }
  }
}

const contended = (cause: unknown): StoreError =>
  new StoreError(
    'contended',
    `Concurrent changes to the same rows won each of ${ATTEMPTS} attempts, so nothing was written. ` +
      'Try again.',
    { cause },
  )

function writesOf(deps: CommitDeps, actor: Actor, decided: Decided): readonly Write[] {
  if (!('change' in decided)) return []
  const { expects, writes, events, jobs } = decided.change
  return [
    ...expects,
    ...writes,
    ...recordEvents(deps, actor, events),
    ...jobs.map(deps.store.jobs.schedule),
  ]
}

const hasJobs = (decided: Decided): boolean => 'change' in decided && decided.change.jobs.length > 0
