import { type Static, Type } from '@sinclair/typebox'
import { type BulkOutcome, upsertSubscribers } from '../../domain/subscribers/subscribers.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { change, reply } from '../../http/change.ts'
import { declares, openObject } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { SUBSCRIBERS } from './response.ts'

const BulkSubscribersBody = openObject(
  {
    subscribers: Type.Array(Type.Unknown(), {
      maxItems: 500,
      errorMessage: 'subscribers must contain no more than 500 elements',
    }),
  },
  { title: 'BulkSubscriberCreateDto' },
)

const Named = Type.Array(Type.Object({ subscriberId: Type.String() }))
const BulkSubscribersResponse = Type.Object(
  {
    updated: Named,
    created: Named,
    failed: Type.Array(
      Type.Object({ message: Type.String(), subscriberId: Type.Optional(Type.String()) }),
    ),
  },
  { title: 'BulkCreateSubscriberResponseDto' },
)

export const createSubscribersInBulk = (deps: ApiDeps) => (app: Api) =>
  app.post(
    '/v1/subscribers/bulk',
    ({ body, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: () => upsertSubscribers(deps, caller.environmentId, body.subscribers),
          respond: ({ value }) => reply(201, presentOutcome(value)),
        },
      ),
    declares({
      operationId: 'SubscribersV1Controller_bulkCreateSubscribers',
      summary: 'Bulk create subscribers',
      description: 'Creates or updates up to 500 subscribers, and returns the result for each.',
      tag: SUBSCRIBERS,
      access: 'write',
      limit: 'configuration',
      body: BulkSubscribersBody,
      responses: {
        201: { description: 'The result for each subscriber', schema: BulkSubscribersResponse },
      },
      example: {
        subscribers: [{ subscriberId: 'subscriber-123' }, { subscriberId: 'subscriber-456' }],
      },
      sdk: 'subscribers.createBulk($body)',
    }),
  )

const presentOutcome = ({
  created,
  updated,
  failed,
}: BulkOutcome): Static<typeof BulkSubscribersResponse> => ({
  updated: updated.map((subscriberId) => ({ subscriberId })),
  created: created.map((subscriberId) => ({ subscriberId })),
  failed: failed.map(({ subscriberId, reason }) => {
    // Like Novu, report only the first invalid field.
    const [field] = Object.values(reason.fields)
    const message = field?.messages.join(', ') ?? 'not a subscriber'
    return subscriberId === null ? { message } : { message, subscriberId }
  }),
})
