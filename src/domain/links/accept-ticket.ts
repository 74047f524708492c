import type { Deps } from '../../deps.ts'
import { type OpenedSession, openedSession } from '../../secrets/state.ts'
import { commit } from '../commit.ts'
import { type Actor, accept, type Decision } from '../decision.ts'
import { sessionLinkUrl } from './addresses.ts'
import { expectSubscriber, findKnownLink, type KnownLink, withSubscriberNow } from './known-link.ts'
import { newFailureEvents } from './link-events.ts'

/** A ticket, and the subscriber who is signed in to the company's app. */
export type TicketRequest = { ticket: string; subscriberId: string }

/** `other_subscriber`: the link is for somebody else, so the ticket has ended. */
export type TicketRefusal =
  | { kind: 'ticket_not_found' }
  | { kind: 'ticket_expired' }
  | { kind: 'ticket_ended' }
  | { kind: 'already_used' }
  | { kind: 'other_subscriber' }

type Ticket = { kind: 'ticket'; link: KnownLink; session: OpenedSession }

/**
 * Decides whether the browser with this ticket may go on: returns the address at latch to which the
 * app redirects it. The address is the same each time, and works only in the browser that opened the
 * link.
 */
export async function acceptTicket(
  deps: Deps,
  environmentId: string,
  { ticket, subscriberId }: TicketRequest,
): Promise<Decision<{ url: string }, TicketRefusal>> {
  const read = await readTicket(deps, environmentId, ticket)
  if (read.kind !== 'ticket') return read
  const { link, session } = read
  const { claims } = link
  if (claims.subscriberId !== subscriberId) return { kind: 'other_subscriber' }
  if (await deps.store.endedTickets.isEnded(session.browser)) return { kind: 'ticket_ended' }
  if (await deps.store.spentStates.isSpent(claims.jti)) return { kind: 'already_used' }
  const accepted = deps.states.sign({ ...claims, session: { ...session, step: 'accepted' } })
  return accept({ url: sessionLinkUrl(deps.config, accepted, null) })
}

/**
 * Ends a ticket that is presented for another subscriber than the link's: it was opened by somebody
 * else than the app's user, and neither of them may go on with it. The link stays valid.
 */
export async function endForeignTicket(
  deps: Deps,
  actor: Actor,
  environmentId: string,
  { ticket, subscriberId }: TicketRequest,
): Promise<void> {
  const read = await readTicket(deps, environmentId, ticket)
  if (read.kind !== 'ticket' || read.link.claims.subscriberId === subscriberId) return
  const { endedTickets } = deps.store
  const { browser } = read.session
  await commit(deps, actor, async () => {
    if (await endedTickets.isEnded(browser)) return { kind: 'ticket_ended' } as const
    const link = await withSubscriberNow(deps, read.link)
    return accept(null, {
      expects: expectSubscriber(deps, link),
      writes: [endedTickets.end({ browser, environmentId, endedAtMs: deps.clock() })],
      events: await newFailureEvents(deps, link, { kind: 'other_subscriber' }),
    })
  })
}

/** To another environment a ticket does not exist, like one that was made up. */
async function readTicket(
  deps: Deps,
  environmentId: string,
  ticket: string,
): Promise<Ticket | Extract<TicketRefusal, { kind: 'ticket_not_found' | 'ticket_expired' }>> {
  const verified = await deps.states.verify(ticket, deps.clock())
  if (verified.kind === 'refused') return { kind: 'ticket_not_found' }
  const session = openedSession(verified.claims)
  if (session?.step !== 'opened' || verified.claims.environmentId !== environmentId) {
    return { kind: 'ticket_not_found' }
  }
  if (verified.kind === 'expired') return { kind: 'ticket_expired' }
  const link = await findKnownLink(deps, verified)
  return link === null ? { kind: 'ticket_not_found' } : { kind: 'ticket', link, session }
}
