import { Type } from '@sinclair/typebox'
import type { ApiDeps } from '../../http/api-deps.ts'
import { declares } from '../../http/declares.ts'
import { byTimeOrId, listOf, listQuery, presentPage, readPaging } from '../../http/lists.ts'
import type { Api } from '../../http/pipeline.ts'
import { presentSubscriber, SUBSCRIBERS, SubscriberResponse } from './response.ts'

const SubscribersQuery = listQuery({
  ...byTimeOrId,
  subscriberId: Type.Optional(Type.String()),
  email: Type.Optional(Type.String()),
  phone: Type.Optional(Type.String()),
  name: Type.Optional(Type.String({ description: 'Part of the full name, case-insensitive.' })),
})

export const listSubscribers =
  ({ store }: ApiDeps) =>
  (app: Api) =>
    app.get(
      '/v2/subscribers',
      async ({ query, caller }) => {
        const { environmentId } = caller
        const { subscriberId, email, phone, name } = query
        const filter = { environmentId, subscriberId, email, phone, name }
        const page = await store.subscribers.page(filter, readPaging(query))
        return presentPage(
          page,
          ({ id }) => id,
          (subscriber) => presentSubscriber(caller, subscriber),
        )
      },
      declares({
        operationId: 'SubscribersController_searchSubscribers',
        summary: 'Search subscribers',
        description: 'Lists subscribers, newest first, a page at a time.',
        tag: SUBSCRIBERS,
        access: 'read',
        limit: 'configuration',
        query: SubscribersQuery,
        responses: {
          200: {
            description: 'A page of subscribers',
            schema: listOf(SubscriberResponse, 'ListSubscribersResponseDto'),
          },
        },
        sdk: 'subscribers.search({ email: "ada@example.com" })',
      }),
    )
