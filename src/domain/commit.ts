import type { Deps } from '../deps.ts'
import { isUniqueViolation, isUnmetExpectation } from '../store/failures.ts'
import { StoreError } from '../store/store-error.ts'
import type { Write } from '../store/writer/writes.ts'
import type { Accepted, Actor } from './decision.ts'
import { recordEvents, subjectOf } from './events/record.ts'

export type CommitDeps = Pick<Deps, 'store' | 'log' | 'clock' | 'wakeJobs'>

type Decided = Accepted<unknown> | { kind: string }

/** Concurrent changes to the same rows make an attempt fail, so there are up to two more. */
const ATTEMPTS = 3
/**
 * How many attempts a change has once it is its turn. Only other processes can then make it fail: if
 * it loses against one of them every other time, it loses all attempts once in a million times.
 */
const ATTEMPTS_IN_TURN = 20

/**
 * The only way from a decision to the database. Runs `decide` and commits its change and its
 * events, together with the writes that `also` adds for the caller: the API its idempotency record,
 * the callback the outcome of the link, a job its end. Resolves with the decision once everything
 * is on disk.
 *
 * If a unique value is already taken or an expectation is not met, another commit was first and
 * nothing was written. `decide` then runs again, sees the new rows, and usually refuses. So it may
 * run several times, and must not call a provider, whose response is obtained before and passed in,
 * nor commit, as it could wait for itself.
 *
 * Of many changes of the same records, an attempt lets only one succeed. So those that lost, and
 * those that come later, wait for each other (see `Turns`) before they decide again; changes of other
 * records do not wait. Throws a `StoreError` (`contended`) if every attempt lost or too many wait:
 * the request is valid, and may succeed a moment later.
 */
export async function commit<D extends Decided>(
  deps: CommitDeps,
  actor: Actor,
  decide: () => D | Promise<D>,
  also: (decided: D) => readonly Write[] = () => [],
): Promise<D> {
  const { turns } = deps.store
  const decided = await decide()
  const records = recordsOf(decided)
  if (!turns.isTaken(records)) {
    const conflict = await tryToCommit(deps, actor, decided, also)
    if (conflict === null) return decided
    if (records.length === 0) return decideAgain(deps, actor, decide, also, ATTEMPTS - 1)
  }
  const turn = turns.take(records)
  if (turn === null) throw contended('Too many others are waiting to change the same rows')
  const endTurn = await turn
  try {
    return await decideAgain(deps, actor, decide, also, ATTEMPTS_IN_TURN)
  } finally {
    endTurn()
  }
}

async function decideAgain<D extends Decided>(
  deps: CommitDeps,
  actor: Actor,
  decide: () => D | Promise<D>,
  also: (decided: D) => readonly Write[],
  attempts: number,
): Promise<D> {
  for (let attempt = 1; ; attempt += 1) {
    const decided = await decide()
    const conflict = await tryToCommit(deps, actor, decided, also)
    if (conflict === null) return decided
    if (attempt === attempts) {
      throw contended('Concurrent changes to the same rows won every attempt', conflict)
    }
  }
}

/** Returns the error if another commit came first; null once everything is on disk. */
async function tryToCommit<D extends Decided>(
  deps: CommitDeps,
  actor: Actor,
  decided: D,
  also: (decided: D) => readonly Write[],
): Promise<Error | null> {
  const writes = [...writesOf(deps, actor, decided), ...also(decided)]
  try {
    if (writes.length > 0) await deps.store.commit(writes)
  } catch (error) {
    if (error instanceof Error && (isUniqueViolation(error) || isUnmetExpectation(error))) {
      return error
    }
    throw error
  }
  if (hasJobs(decided)) deps.wakeJobs()
  deps.log.debug({ [actor.kind]: actor.id, decision: decided.kind }, 'decided')
  return null
}

const contended = (why: string, cause?: Error): StoreError =>
  new StoreError('contended', `${why}, so nothing was written. Try again.`, { cause })

/** What a decision changes: the subjects of its events. */
function recordsOf(decided: Decided): string[] {
  if (!('change' in decided)) return []
  return decided.change.events.map((event) => `${event.environmentId} ${subjectOf(event)}`)
}

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
