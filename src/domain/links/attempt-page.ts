import type { Deps } from '../../deps.ts'
import type { AttemptName } from '../../store/links/link-attempts.ts'
import { ATTEMPT_LIFETIME_MS } from './attempt.ts'
import { type BrowserProof, isProven, type SentProofs } from './browser-proof.ts'
import { findKnownLink, type KnownLink } from './known-link.ts'

/** What the address of a page of an attempt says, and the proofs that the browser sent. */
export type AttemptAddress = { state: string; attemptId: string; sentProofs: SentProofs }

export type FoundAttempt =
  | { kind: 'found'; link: KnownLink; name: AttemptName; proof: BrowserProof }
  | { kind: 'state_invalid'; reason: string; link: null }
  /** The browser is not the one that made the attempt. */
  | { kind: 'other_browser'; link: KnownLink }

/** What the browser that made an attempt is given to keep. */
export const proofOfAttempt = (
  { states }: Pick<Deps, 'states'>,
  state: string,
  attemptId: string,
): BrowserProof => ({
  id: attemptId.slice(0, 16),
  value: states.attemptWithId(state, attemptId).browserProof,
  lifetimeMs: ATTEMPT_LIFETIME_MS,
})

/**
 * Finds the attempt that a page is about, for the browser that made it: its address alone gives
 * nothing to whoever it is forwarded to.
 */
export async function findAttempt(
  deps: Pick<Deps, 'store' | 'states' | 'providers' | 'clock'>,
  { state, attemptId, sentProofs }: AttemptAddress,
): Promise<FoundAttempt> {
  const verified = await deps.states.verify(state, deps.clock())
  if (verified.kind === 'refused') {
    return { kind: 'state_invalid', reason: verified.reason, link: null }
  }
  const link = await findKnownLink(deps, verified)
  if (link === null) throw new Error("latch's own state belongs to no link")
  const proof = proofOfAttempt(deps, state, attemptId)
  if (!isProven(sentProofs, proof)) return { kind: 'other_browser', link }
  return { kind: 'found', link, name: { jti: link.claims.jti, attemptId }, proof }
}
