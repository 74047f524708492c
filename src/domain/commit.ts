import type { Deps } from '../deps.ts'
import { isUniqueViolation, isUnmetExpectation } from '../store/failures.ts'
import type { Write } from '../store/writer/writes.ts'
import type { Accepted, Actor } from './decision.ts'

/** The first attempt, and two more against others who change the same rows at the same moment. */
const ATTEMPTS = 3

/**
 * The only way from a decision to the database. Runs `decide` and commits its change, together with
 * the writes that `also` adds for the caller: the API its idempotency record, the callback the
 * outcome of the link, a job its own end. Resolves with the decision when all of it is on the disk.
 *
 * Where a row with one of the unique values is there already, or an expectation is not met, somebody
 * else was first and nothing was written. Then `decide` runs again: it now sees what they wrote, and
 * mostly refuses. So it may run three times and must not reach out: what a provider has to say is
 * asked for before, and passed in.
 */
export async function commit<Decided extends Accepted<unknown> | { kind: string }>(
  { store, log }: Pick<Deps, 'store' | 'log'>,
  actor: Actor,
  decide: () => Decided | Promise<Decided>,
  also: (decided: Decided) => readonly Write[] = () => [],
): Promise<Decided> {
  for (let attempt = 1; ; attempt += 1) {
    const decided = await decide()
    const writes = [...writesOf(decided), ...also(decided)]
    try {
      await store.commit(writes)
      log.debug({ [actor.kind]: actor.id, decision: decided.kind }, 'committed')
      return decided
    } catch (error) {
      const isConflict = isUniqueViolation(error) || isUnmetExpectation(error)
      if (!isConflict || attempt === ATTEMPTS) throw error
    }
  }
}

function writesOf(decided: Accepted<unknown> | { kind: string }): readonly Write[] {
  if (!('change' in decided)) return []
  const { expects, writes } = decided.change
  return expects.length === 0 ? writes : [...expects, ...writes]
}
