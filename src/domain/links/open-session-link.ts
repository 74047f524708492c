import type { Deps } from '../../deps.ts'
import { createBrowserSecret } from '../../secrets/browser-secret.ts'
import {
  type OpenedSession,
  openedSession,
  type StateClaims,
  type StateVerification,
} from '../../secrets/state.ts'
import { commit } from '../commit.ts'
import { type Actor, accept } from '../decision.ts'
import type { BrowserProof, SentProofs } from './browser-proof.ts'
import { isSessionBrowser, sessionProof } from './browser-session.ts'
import { findKnownLink, type KnownLink } from './known-link.ts'
import { recordFailure, recordOpening } from './link-events.ts'
import type { CallbackRefusal } from './outcome.ts'
import { providerUrl } from './sign-link.ts'
import { findTarget, type LinkTarget } from './target.ts'

/** `reference`: the id of the request that recorded a refusal. */
export type Opening = {
  opened: OpenedLink | OpeningRefusal
  link: KnownLink | null
  reference: string
}

type OpeningRefusal = CallbackRefusal | { kind: 'already_used' }

/** Where the browser goes on to, and what it is given to keep, if it has just opened the link. */
export type OpenedLink = { kind: 'opened'; url: string; proof: BrowserProof | null }

/** What a browser brings to the address of a link. */
export type LinkRequest = { state: string; scope: readonly string[] | null; sent: SentProofs }

/**
 * Opens a link that needs a session of the company's app, and later continues it.
 *
 * Opening gives the browser a secret, and sends it to the app with a ticket: whoever opens the link,
 * with whatever purpose, has proven nothing yet. Continuing, at the address that the app got for its
 * ticket, demands that secret, and sends the browser to the provider with a state that only this
 * browser can bring back. So nobody can have one half done by somebody else: neither the session, by
 * sending them the ticket, nor the sign-in, by sending them the callback with a code of their own.
 */
export async function openSessionLink(
  deps: Deps,
  actor: Actor,
  request: LinkRequest,
): Promise<Opening> {
  const verified = await deps.states.verify(request.state, deps.clock())
  const link = await findKnownLink(deps, verified)
  const opened = await open(deps, request, verified)
  if (link === null) return { opened, link, reference: actor.id }
  if (opened.kind !== 'opened') {
    if (opened.kind === 'other_browser') await endTicket(deps, actor, link.claims)
    return { opened, link, reference: await recordFailure(deps, actor, link, opened) }
  }
  if (opened.proof !== null) await recordOpening(deps, actor, link)
  return { opened, link, reference: actor.id }
}

async function open(
  deps: Deps,
  { sent, scope }: LinkRequest,
  verified: StateVerification,
): Promise<OpenedLink | OpeningRefusal> {
  if (verified.kind === 'refused') return { kind: 'state_invalid', reason: verified.reason }
  const { claims } = verified
  const session = openedSession(claims)
  if (claims.session === null || (session !== null && session.step !== 'accepted')) {
    return { kind: 'state_invalid', reason: 'malformed' }
  }
  // First, so that an address that was forwarded ends at its first opening, even if it is too late.
  if (session !== null && !isSessionBrowser(sent, session.browser)) return { kind: 'other_browser' }
  if (verified.kind === 'expired') return { kind: 'link_expired' }
  if (await deps.store.spentStates.isSpent(claims.jti)) return { kind: 'already_used' }
  const target = await findTarget(deps, claims)
  if (target.kind !== 'found') return target
  return session === null
    ? toApp(deps, claims, target, scope)
    : toProvider(deps, claims, target, session)
}

/** To the app, with a ticket that says nothing to anybody but latch. */
function toApp(
  deps: Deps,
  claims: StateClaims,
  { integration }: LinkTarget,
  scope: readonly string[] | null,
): OpenedLink | CallbackRefusal {
  const { completionUrl } = integration.credentials
  if (typeof completionUrl !== 'string') return { kind: 'completion_url_missing' }
  const secret = createBrowserSecret(deps.random.bytes)
  const session = { step: 'opened', browser: secret.digest, atMs: deps.clock(), scope } as const
  const ticket = deps.states.sign({ ...claims, session })
  // Joined as text, so that the operator's address stays as it is, byte for byte.
  const url = `${completionUrl}${completionUrl.includes('?') ? '&' : '?'}ticket=${ticket}`
  return { kind: 'opened', url, proof: sessionProof(secret) }
}

async function toProvider(
  deps: Deps,
  claims: StateClaims,
  { provider, app, connection }: LinkTarget,
  { browser, scope }: OpenedSession,
): Promise<OpenedLink | CallbackRefusal> {
  if (await deps.store.endedTickets.isEnded(browser)) return { kind: 'ticket_ended' }
  const session = { step: 'signing_in', browser, scope, atMs: deps.clock() } as const
  const signed = { ...claims, session }
  const workspaceId = connection?.workspaceId ?? null
  const url = providerUrl(deps, signed, deps.states.sign(signed), {
    provider,
    app,
    workspaceId,
    scope,
  })
  return { kind: 'opened', url, proof: null }
}

/** Somebody has forwarded the address: whoever has it must not be able to try again. */
async function endTicket(deps: Deps, actor: Actor, claims: StateClaims): Promise<void> {
  const session = openedSession(claims)
  if (session === null) return
  const { environmentId } = claims
  const ended = { browser: session.browser, environmentId, endedAtMs: deps.clock() }
  await commit(deps, actor, () => accept(null, { writes: [deps.store.endedTickets.end(ended)] }))
}
