import { Type } from '@sinclair/typebox'
import type { Accepted } from '../../domain/decision.ts'
import * as tickets from '../../domain/links/accept-ticket.ts'
import { SubscriberId } from '../../domain/subscribers/shape.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { ApiError, conflict, notFound } from '../../http/api-error.ts'
import { actorOf, change, type Reply, reply } from '../../http/change.ts'
import { declares, openObject } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { STATE_LIFETIME_MS } from '../../secrets/state.ts'
import { LINKS } from './response.ts'

export const CompleteBody = openObject(
  {
    ticket: Type.String({
      minLength: 1,
      description: 'The `ticket` with which latch sent the browser to your `completionUrl`.',
      examples: ['3q2-7w.k1b2…'],
    }),
    subscriberId: Type.String({
      ...SubscriberId,
      description: 'The subscriber who is signed in to your app in that browser.',
      examples: ['subscriber-123'],
    }),
  },
  { title: 'CompleteLinkRequestDto' },
)

const Continuation = Type.Object(
  { url: Type.String({ description: 'Where to redirect that browser, and no other.' }) },
  { title: 'CompleteLinkResponseDto' },
)

export const completeLinkOfSession = (deps: ApiDeps) => (app: Api) =>
  app.post(
    '/v1/links/complete',
    ({ body, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          prepare: () =>
            tickets.endForeignTicket(deps, actorOf(caller), caller.environmentId, body),
          decide: () => tickets.acceptTicket(deps, caller.environmentId, body),
          respond: answerTo,
          lifetimeMs: STATE_LIFETIME_MS,
        },
      ),
    declares({
      operationId: 'LinksController_completeLink',
      summary: 'Say who is signed in, for a link that requires a session',
      description:
        'With `userVerification: "session"`, latch sends whoever opens a link to the ' +
        "integration's `completionUrl` with a `ticket`. Your backend, which knows who is signed in " +
        'there, calls this operation, and redirects the same browser to the `url`. Only in that ' +
        'browser can the user then sign in at Slack or Microsoft and be linked. If another ' +
        'subscriber is signed in than the one that the link is for, the answer is 403, and the ticket ' +
        'ends; the link itself does not. A ticket is valid for 5 minutes.',
      tag: LINKS,
      access: 'link',
      limit: 'global',
      body: CompleteBody,
      responses: {
        200: { description: 'Where the browser goes on', schema: Continuation },
        403: { description: 'The link is for another subscriber' },
        404: { description: 'Not a ticket of this environment' },
        409: { description: 'The ticket has ended or expired, or the link was used' },
      },
      example: { ticket: '3q2-7w.k1b2', subscriberId: 'subscriber-123' },
    }),
  )

const MESSAGES = {
  ticket_expired: 'The ticket has expired. Send the user to the link again.',
  ticket_ended: 'The ticket has ended. Send the user to the link again.',
  already_used: 'The link of this ticket was used already. Create a new one.',
} as const

function answerTo(
  decided: Accepted<{ url: string }> | tickets.TicketRefusal,
): Reply<200, { url: string }> | ApiError {
  switch (decided.kind) {
    case 'accepted':
      return reply(200, decided.value)
    case 'ticket_not_found':
      return notFound(decided.kind, 'Ticket not found')
    case 'other_subscriber':
      return new ApiError(403, decided.kind, 'The link is for another subscriber')
    default:
      return conflict(decided.kind, MESSAGES[decided.kind])
  }
}
