import type { Deps } from '../../deps.ts'
import type { StateVerification } from '../../secrets/state.ts'
import { isUniqueViolation } from '../../store/failures.ts'
import type { Arrival } from './arrival.ts'
import { connectWorkspace } from './connect-workspace.ts'
import { identifyUser } from './identify-user.ts'
import type { LinkOutcome } from './outcome.ts'
import type { Target } from './target.ts'

export type VerifiedState = Extract<StateVerification, { kind: 'valid' }>

/** The outcome, or where the user goes on; whoever repeats the callback is told the outcome. */
type Exchanged = LinkOutcome | { kind: 'link_next'; url: string }

const ATTEMPTS = 3

/** Sends the code of a claimed link, once, and commits what comes of it together with the outcome. */
export async function exchange(
  deps: Deps,
  state: VerifiedState,
  target: Target,
  arrival: Arrival,
): Promise<Exchanged> {
  const { store } = deps
  const { claims, proofs } = state
  const settle =
    claims.mode === 'link_user'
      ? await identifyUser(deps, { claims, proofs }, target, arrival)
      : await connectWorkspace(deps, { claims, proofs }, target, arrival)
  for (let attempt = 1; ; attempt += 1) {
    const { outcome, writes, spent, next } = await settle()
    const claimed = spent
      ? store.spentStates.settle(claims.jti, outcome)
      : store.spentStates.release(claims.jti)
    try {
      await store.commit([...writes, claimed])
      return next === undefined ? outcome : { kind: 'link_next', url: next }
    } catch (error) {
      // Somebody else made the same connection between our look and our commit.
      if (!isUniqueViolation(error) || attempt === ATTEMPTS) throw error
    }
  }
}
