import type { Deps } from '../../deps.ts'
import { type BrowserSecret, isBrowserSecret } from '../../secrets/browser-secret.ts'
import { openedSession, type StateClaims } from '../../secrets/state.ts'
import type { BrowserProof, SentProofs } from './browser-proof.ts'
import type { CallbackRefusal } from './outcome.ts'

/** Longer than a ticket and a sign-in at the provider together. */
const LIFETIME_MS = 10 * 60_000

/** The id of a proof: one per opening, so that two tabs do not overwrite each other's. */
const idOf = (digest: string): string => digest.slice(0, 16)

/** What the browser that opens a link is given. */
export const sessionProof = ({ value, digest }: BrowserSecret): BrowserProof => ({
  id: idOf(digest),
  value,
  lifetimeMs: LIFETIME_MS,
})

/** Whether this is the browser that opened the link. */
export function isSessionBrowser(sent: SentProofs, browser: string): boolean {
  const value = sent(idOf(browser))
  return value !== null && isBrowserSecret(value, browser)
}

/**
 * Refuses a callback of a link that needs a session, unless the app has said in this browser that its
 * user is the subscriber. Null if that is so, or if the link needs none.
 */
export async function refuseUnprovenSession(
  { store }: Pick<Deps, 'store'>,
  claims: StateClaims,
  sent: SentProofs,
): Promise<Extract<
  CallbackRefusal,
  { kind: 'session_required' | 'other_browser' | 'ticket_ended' }
> | null> {
  if (claims.session === null) return null
  const session = openedSession(claims)
  if (session?.step !== 'signing_in') return { kind: 'session_required' }
  if (!isSessionBrowser(sent, session.browser)) return { kind: 'other_browser' }
  return (await store.endedTickets.isEnded(session.browser)) ? { kind: 'ticket_ended' } : null
}
