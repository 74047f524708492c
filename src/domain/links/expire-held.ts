import type { Deps } from '../../deps.ts'
import type { HeldAttempt } from '../../store/links/held-attempts.ts'
import type { Actor } from '../decision.ts'
import { heldOutcome } from './attempt.ts'
import { readHeld } from './held-attempt.ts'
import { findKnownLink } from './known-link.ts'

/**
 * Ends at most `limit` attempts that nobody has confirmed in time, and removes what was held for them.
 * Returns how many there were.
 */
export async function expireHeld(deps: Deps, actor: Actor, limit: number): Promise<number> {
  const expired = await deps.store.heldAttempts.expired(deps.clock(), limit)
  for (const held of expired) await expire(deps, actor, held)
  return expired.length
}

async function expire(deps: Deps, actor: Actor, held: HeldAttempt): Promise<void> {
  const read = readHeld(held)
  const verified = read && (await deps.states.verify(read.state, deps.clock()))
  const link = await findKnownLink(deps, verified)
  const { linkAttempts, heldAttempts } = deps.store
  const isOver = (await linkAttempts.find(held)) === null
  // If the secret key is gone, nobody can say of which link it was.
  if (link === null || isOver) await deps.store.commit([heldAttempts.remove(held)])
  else await heldOutcome(deps, actor, link, held)
}
