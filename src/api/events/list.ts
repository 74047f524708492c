import { Type } from '@sinclair/typebox'
import { eventId, numberOfEventId, presentEvent } from '../../domain/events/present.ts'
import { EVENTS, isEventType } from '../../domain/events/registry.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { invalid } from '../../http/api-error.ts'
import { declares } from '../../http/declares.ts'
import { LIST_PARAMETERS } from '../../http/lists.ts'
import type { Api } from '../../http/pipeline.ts'
import { createLongPoll } from './long-poll.ts'
import { EVENT_LOG, EventsResponse } from './response.ts'

const ISO_8601 = '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?(Z|[+-]\\d\\d:\\d\\d))?$'
const EVENT_ID = '^evt_(0|[1-9][0-9]{0,14})$'

const EventsQuery = Type.Object(
  {
    after: Type.Optional(
      Type.String({
        pattern: EVENT_ID,
        errorMessage: 'after must be the id of an event, such as evt_42',
        description: 'Only events after this one: the `next` of the previous response.',
      }),
    ),
    types: Type.Optional(
      Type.Union([Type.String(), Type.Array(Type.String())], {
        description: 'Only these types: separated by commas, or as a repeated parameter.',
      }),
    ),
    subject: Type.Optional(
      Type.String({
        pattern: '^[a-z_]+:.+$',
        errorMessage:
          'subject must be a kind and an identifier, such as endpoint:chendp_3fJq8sVb1TzK',
        description: 'Only events about this subject: a kind, and an identifier.',
        examples: ['endpoint:chendp_3fJq8sVb1TzK'],
      }),
    ),
    subscriberId: Type.Optional(Type.String({ description: 'Only events about this subscriber.' })),
    since: Type.Optional(
      Type.String({
        pattern: ISO_8601,
        errorMessage: 'since must be a time in ISO 8601, such as 2026-11-24T12:00:00Z',
        description: 'Only events at this time or later.',
      }),
    ),
    limit: LIST_PARAMETERS.limit,
    wait: Type.Optional(
      Type.String({
        pattern: '^0*([0-9]|1[0-9]|2[0-5])(\\.0+)?$',
        errorMessage: 'wait must be a whole number from 0 to 25',
        description:
          'How many seconds to wait, up to 25, if no event matches yet. The response is sent as soon ' +
          'as there is one.',
      }),
    ),
  },
  { additionalProperties: false },
)

/** Throws 422 for an unknown type: otherwise a client with a misspelt type would wait for ever. */
function readTypes(types: string | string[] | undefined): readonly string[] | undefined {
  if (types === undefined) return undefined
  const list = [types].flat().flatMap((text) => text.split(','))
  const names = [...new Set(list.map((text) => text.trim()).filter((text) => text !== ''))]
  const unknown = names.filter((name) => !isEventType(name))
  if (unknown.length === 0) return names.length === 0 ? undefined : names
  const known = [...EVENTS.keys()].join(', ')
  const messages = [`types must be among the following values: ${known}`]
  throw invalid({ types: { messages, value: unknown.join(',') } })
}

function readSince(since: string | undefined): number | undefined {
  if (since === undefined) return undefined
  const sinceMs = Date.parse(since)
  if (!Number.isNaN(sinceMs)) return sinceMs
  const messages = ['since must be a time in ISO 8601, such as 2026-11-24T12:00:00Z']
  throw invalid({ since: { messages, value: since } })
}

export const listEvents = (deps: ApiDeps) => {
  const longPoll = createLongPoll(deps)
  const { store } = deps

  /** The id of the environment's last event; `afterId` if there is none after it. */
  const lastId = async (environmentId: string, afterId: number): Promise<number> =>
    (await store.events.page({ environmentId, afterId }, 1, 'newest'))[0]?.id ?? afterId

  return (app: Api) =>
    app.get(
      '/v1/events',
      async ({ query, request, caller: { environmentId } }) => {
        const { subject, subscriberId } = query
        const afterId = numberOfEventId(query.after)
        const [types, sinceMs] = [readTypes(query.types), readSince(query.since)]
        const filter = { environmentId, afterId, types, subject, subscriberId, sinceMs }
        let readUpToId = afterId
        const read = async () => {
          // If there is no event since then, `next` must skip those before: the next request may
          // omit `since`. Read first: an event that is written meanwhile is found by one or the other.
          if (sinceMs !== undefined) readUpToId = await lastId(environmentId, afterId)
          return store.events.page(filter, Number(query.limit ?? 10))
        }
        const seconds = Number(query.wait ?? 0)
        const found =
          seconds === 0
            ? await read()
            : await longPoll({ request, environmentId, seconds }, async () => {
                const page = await read()
                // Its key may have been revoked, or have expired, while the request waited.
                await deps.authenticate(request)
                return page
              })
        return { data: found.map(presentEvent), next: eventId(found.at(-1)?.id ?? readUpToId) }
      },
      declares({
        operationId: 'EventsController_listEvents',
        summary: 'List events',
        description:
          'Lists what happened in the environment, oldest first. To continue, pass the `next` of a ' +
          'response as `after`. With `wait`, the response is sent as soon as there is an event. How long ' +
          'events are kept is configured by the operator; the default is 90 days.',
        tag: EVENT_LOG,
        access: 'read',
        limit: 'configuration',
        query: EventsQuery,
        responses: {
          200: { description: 'The events; none if there are none yet', schema: EventsResponse },
        },
      }),
    )
}
