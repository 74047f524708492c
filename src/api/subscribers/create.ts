import { Type } from '@sinclair/typebox'
import { SubscriberInput } from '../../domain/subscribers/shape.ts'
import * as subscribers from '../../domain/subscribers/subscribers.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { conflict } from '../../http/api-error.ts'
import { change, reply } from '../../http/change.ts'
import { closedQuery, declares, openObject } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { presentSubscriber, SUBSCRIBERS, SubscriberResponse } from './response.ts'

const CreateSubscriberBody = openObject(SubscriberInput.properties, {
  title: 'CreateSubscriberRequestDto',
})

export const createSubscriber = (deps: ApiDeps) => (app: Api) =>
  app.post(
    '/v2/subscribers',
    ({ body, query, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: () =>
            subscribers.upsertSubscriber(deps, caller.environmentId, body, {
              failIfExists: query.failIfExists === 'true',
            }),
          respond: (decided) => {
            if (decided.kind === 'accepted') {
              return reply(201, presentSubscriber(caller, decided.value))
            }
            const { subscriberId } = decided.existing
            const message = `Subscriber with id "${subscriberId}" already exists`
            return conflict('subscriber_exists', message)
          },
        },
      ),
    declares({
      operationId: 'SubscribersController_createSubscriber',
      summary: 'Create a subscriber',
      description: 'Creates a subscriber, or updates the one that has this `subscriberId`.',
      tag: SUBSCRIBERS,
      access: 'write',
      limit: 'configuration',
      query: closedQuery({
        failIfExists: Type.Optional(
          Type.String({ description: '`true`: return 409 if the subscriber exists.' }),
        ),
      }),
      body: CreateSubscriberBody,
      responses: {
        201: { description: 'The subscriber', schema: SubscriberResponse },
        409: {
          description:
            'The subscriber exists and `failIfExists` is true, or a request with the same idempotency ' +
            'key is still running',
        },
      },
      example: { subscriberId: 'subscriber-123', firstName: 'Ada', email: 'ada@example.com' },
      sdk: 'subscribers.create($body)',
    }),
  )
