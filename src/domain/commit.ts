import type { Deps } from '../deps.ts'
import { isUniqueViolation, isUnmetExpectation } from '../store/failures.ts'
import { StoreError } from '../store/store-error.ts'
import type { Write } from '../store/writer/writes.ts'
import type { Accepted, Actor } from './decision.ts'
import { recordEvents } from './events/record.ts'

export type CommitDeps = Pick<Deps, 'store' | 'log' | 'clock' | 'wakeJobs'>

type Decided = Accepted<unknown> | { kind: string }

/** The first attempt, and two more against others who change the same rows at the same moment. */
const ATTEMPTS = 3

/**
 * The only way from a decision to the database. Runs `decide` and commits its change and the events
 * that tell of it, together with the writes that `also` adds for the caller: the API its idempotency
 * record, the callback the outcome of the link, a job its own end. Resolves with the decision when all
 * of it is on the disk.
 *
 * Where a row with one of the unique values is there already, or an expectation is not met, somebody
 * else was first and nothing was written. Then `decide` runs again: it now sees what they wrote, and
 * mostly refuses. So it may run three times and must not reach out: what a provider has to say is
 * asked for before, and passed in. Throws a `StoreError` (`contended`) where somebody else was first
 * each time: nothing is wrong with the request, and it may succeed a moment later.
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
      log.debug({ [actor.kind]: actor.id, decision: decided.kind }, 'committed')
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
    `Somebody else changed the same rows at each of ${ATTEMPTS} attempts, so nothing was written. ` +
      'Try again.',
    { cause },
  )

function writesOf(deps: CommitDeps, actor: Actor, decided: Decided): readonly Write[] {
  if (!('change' in decided)) return []
  const { expects, writes, events, jobs } = decided.change
  // Of the changes that come most often, those by links, nearly all are writes alone, or nothing.
  if (expects.length === 0 && events.length === 0 && jobs.length === 0) return writes
  return [
    ...expects,
    ...writes,
    ...recordEvents(deps, actor, events),
    ...jobs.map(deps.store.jobs.schedule),
  ]
}

const hasJobs = (decided: Decided): boolean => 'change' in decided && decided.change.jobs.length > 0
