import type { Deps } from '../../deps.ts'
import type { StateVerification } from '../../secrets/state.ts'
import { isUniqueViolation } from '../../store/constraint.ts'
import { identifyUser } from './identify-user.ts'
import { installApp } from './install-app.ts'
import type { LinkOutcome } from './outcome.ts'
import type { Target } from './target.ts'

export type VerifiedState = Extract<StateVerification, { kind: 'valid' }>

const ATTEMPTS = 3

/** Sends the code of a claimed link, once, and commits what comes of it together with the outcome. */
export async function exchange(
  deps: Deps,
  state: VerifiedState,
  target: Target,
  code: string,
): Promise<LinkOutcome> {
  const { store } = deps
  const { claims, proofs } = state
  const settle =
    claims.mode === 'link_user'
      ? await identifyUser(deps, { claims, proofs }, target, code)
      : await installApp(deps, { claims, proofs }, target, code)
  for (let attempt = 1; ; attempt += 1) {
    const { outcome, writes, spent } = await settle()
    const claimed = spent
      ? store.spentStates.settle(claims.jti, outcome)
      : store.spentStates.release(claims.jti)
    try {
      await store.commit([...writes, claimed])
      return outcome
    } catch (error) {
      // Somebody else made the same connection between our look and our commit.
      if (!isUniqueViolation(error) || attempt === ATTEMPTS) throw error
    }
  }
}
