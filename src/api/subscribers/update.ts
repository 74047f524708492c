import { SubscriberProfile } from '../../domain/subscribers/shape.ts'
import * as subscribers from '../../domain/subscribers/subscribers.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { change, reply } from '../../http/change.ts'
import { declares, openObject } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import {
  presentSubscriber,
  SUBSCRIBERS,
  SubscriberParams,
  SubscriberResponse,
  subscriberNotFound,
} from './response.ts'

const UpdateSubscriberBody = openObject(SubscriberProfile.properties, {
  title: 'PatchSubscriberRequestDto',
})

export const updateSubscriber = (deps: ApiDeps) => (app: Api) =>
  app.patch(
    '/v2/subscribers/:subscriberId',
    ({ params: { subscriberId }, body, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: () =>
            subscribers.updateSubscriber(deps, caller.environmentId, subscriberId, body),
          respond: (decided) =>
            decided.kind === 'accepted'
              ? reply(200, presentSubscriber(caller, decided.value))
              : subscriberNotFound(subscriberId),
        },
      ),
    declares({
      operationId: 'SubscribersController_patchSubscriber',
      summary: 'Update a subscriber',
      description: 'Changes the fields that are sent, and leaves the others unchanged.',
      tag: SUBSCRIBERS,
      access: 'write',
      limit: 'configuration',
      params: SubscriberParams,
      body: UpdateSubscriberBody,
      responses: {
        200: { description: 'The subscriber', schema: SubscriberResponse },
        404: { description: 'No such subscriber' },
      },
      example: { firstName: 'Augusta Ada' },
      sdk: 'subscribers.patch($body, "subscriber-123")',
    }),
  )
