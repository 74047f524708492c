import { Type } from '@sinclair/typebox'
import { erasePerson, removeMostOfPerson } from '../../domain/subscribers/personal-data.ts'
import * as subscribers from '../../domain/subscribers/subscribers.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { actorOf, change, reply } from '../../http/change.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { SUBSCRIBERS, SubscriberParams, subscriberNotFound } from './response.ts'

const RemovedSubscriber = Type.Object(
  { acknowledged: Type.Boolean(), status: Type.String() },
  { title: 'RemoveSubscriberResponseDto' },
)

/** Other parameters are refused: a misspelt `erase` must not be ignored. */
const RemoveSubscriberQuery = Type.Object(
  {
    erase: Type.Optional(
      Type.Union([Type.Literal('true'), Type.Literal('false')], {
        errorMessage: 'erase must be true or false',
        description:
          '`true`: also erase their own connections, and their data in events. Also works for a ' +
          'subscriber who was deleted earlier.',
      }),
    ),
  },
  { additionalProperties: false },
)

export const deleteSubscriber = (deps: ApiDeps) => (app: Api) =>
  app.delete(
    '/v2/subscribers/:subscriberId',
    ({ params: { subscriberId }, query: { erase }, caller, request, set }) =>
      change(
        deps,
        { request, body: undefined, caller, set },
        {
          prepare: () => {
            const remove =
              erase === 'true' ? removeMostOfPerson : subscribers.removeMostOfSubscriber
            return remove(deps, actorOf(caller), caller.environmentId, subscriberId)
          },
          decide: async (before) =>
            erase === 'true'
              ? erasePerson(deps, caller.environmentId, subscriberId, before)
              : subscribers.deleteSubscriber(deps, caller.environmentId, subscriberId, before),
          respond: (decided) =>
            decided.kind === 'accepted'
              ? reply(200, { acknowledged: true, status: 'deleted' })
              : subscriberNotFound(subscriberId),
        },
      ),
    declares({
      operationId: 'SubscribersController_removeSubscriber',
      summary: 'Delete a subscriber',
      description:
        'Deletes a subscriber with their endpoints. More than 500 endpoints are deleted in several ' +
        'transactions, and the subscriber in the last one. With `erase=true`, everything stored about ' +
        'them is erased, including their own connections and their data in events ' +
        "([A person's data](/docs/personal-data)).",
      tag: SUBSCRIBERS,
      access: 'write',
      limit: 'configuration',
      params: SubscriberParams,
      query: RemoveSubscriberQuery,
      responses: {
        200: { description: 'Deleted', schema: RemovedSubscriber },
        404: { description: 'No such subscriber' },
      },
      sdk: 'subscribers.delete("subscriber-123")',
    }),
  )
