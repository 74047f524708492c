import type { ApiDeps } from '../../http/api-deps.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import {
  presentSubscriber,
  SUBSCRIBERS,
  SubscriberParams,
  SubscriberResponse,
  subscriberNotFound,
} from './response.ts'

export const getSubscriber =
  ({ store }: ApiDeps) =>
  (app: Api) =>
    app.get(
      '/v2/subscribers/:subscriberId',
      async ({ params: { subscriberId }, caller }) => {
        const found = await store.subscribers.find(caller.environmentId, subscriberId)
        if (found === null) throw subscriberNotFound(subscriberId)
        return presentSubscriber(caller, found)
      },
      declares({
        operationId: 'SubscribersController_getSubscriber',
        summary: 'Retrieve a subscriber',
        description: 'Returns a subscriber by your own id.',
        tag: SUBSCRIBERS,
        access: 'read',
        limit: 'configuration',
        params: SubscriberParams,
        responses: {
          200: { description: 'The subscriber', schema: SubscriberResponse },
          404: { description: 'No such subscriber' },
        },
        sdk: 'subscribers.retrieve("subscriber-123")',
      }),
    )
