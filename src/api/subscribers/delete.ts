import { Type } from '@sinclair/typebox'
import * as subscribers from '../../domain/subscribers/subscribers.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { change, reply } from '../../http/change.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { SUBSCRIBERS, SubscriberParams, subscriberNotFound } from './answer.ts'

const RemovedSubscriber = Type.Object(
  { acknowledged: Type.Boolean(), status: Type.String() },
  { title: 'RemoveSubscriberResponseDto' },
)

export const deleteSubscriber = (deps: ApiDeps) => (app: Api) =>
  app.delete(
    '/v2/subscribers/:subscriberId',
    ({ params: { subscriberId }, caller, request, set }) =>
      change(
        deps,
        { request, body: undefined, caller, set },
        {
          decide: () => subscribers.deleteSubscriber(deps, caller.environmentId, subscriberId),
          answer: (decided) =>
            decided.kind === 'accepted'
              ? reply(200, { acknowledged: true, status: 'deleted' })
              : subscriberNotFound(subscriberId),
        },
      ),
    declares({
      operationId: 'SubscribersController_removeSubscriber',
      summary: 'Delete a subscriber',
      description: 'Removes a subscriber with their endpoints, in one transaction.',
      tag: SUBSCRIBERS,
      access: 'write',
      limit: 'configuration',
      params: SubscriberParams,
      responses: {
        200: { description: 'It is gone', schema: RemovedSubscriber },
        404: { description: 'No such subscriber' },
      },
      sdk: 'subscribers.delete("subscriber-123")',
    }),
  )
