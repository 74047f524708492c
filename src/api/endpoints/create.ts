import { Type } from '@sinclair/typebox'
import * as endpoints from '../../domain/endpoints/endpoints.ts'
import { NewEndpoint } from '../../domain/endpoints/shape.ts'
import { endpointTypeNames } from '../../domain/endpoints/types.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import {
  type ApiError,
  badRequest,
  conflict,
  notFound,
  refusedFields,
} from '../../http/api-error.ts'
import { change, reply } from '../../http/change.ts'
import { declares, openObject } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import type { Providers } from '../../providers/create-providers.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { connectionNotApproved } from '../connections/response.ts'
import { CHANNEL_ENDPOINTS, ChannelEndpoint, linkedToAnother, presentEndpoint } from './response.ts'

/** The types depend on the providers, so the domain validates them, with its own messages. */
const createEndpointBody = (providers: Providers) =>
  openObject(
    {
      ...NewEndpoint.properties,
      type: Type.String({
        examples: [EXAMPLE.endpointType],
        described: { enum: endpointTypeNames(providers) },
      }),
    },
    { title: 'CreateChannelEndpointRequestDto' },
  )

export const createEndpoint = (deps: ApiDeps) => (app: Api) =>
  app.post(
    '/v1/channel-endpoints',
    ({ body, caller: { environmentId }, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: () => endpoints.createEndpoint(deps, environmentId, body),
          respond: (decided) =>
            decided.kind === 'accepted'
              ? reply(201, presentEndpoint(caller, decided.value))
              : refused(decided, environmentId),
        },
      ),
    declares({
      operationId: 'ChannelEndpointsController_createChannelEndpoint',
      summary: 'Create a channel endpoint',
      description:
        'Stores where a subscriber can be reached, if you know it without a link. The properties of ' +
        '`endpoint` depend on its `type`, such as `{"userId": "U…"}` for `slack_user`; others are ' +
        'refused. The `url` of a webhook must be http or https, without credentials, and must not be ' +
        'an internal address unless the operator allows it.',
      tag: CHANNEL_ENDPOINTS,
      access: 'write',
      limit: 'configuration',
      holdsSecrets: true,
      body: createEndpointBody(deps.providers),
      responses: {
        201: { description: 'The endpoint', schema: ChannelEndpoint },
        404: { description: 'No such integration, subscriber or connection' },
        409: {
          description:
            'The identifier is taken, the chat user is linked to another subscriber of the same ' +
            'context, or a request with the same idempotency key is still running',
        },
      },
      example: {
        type: EXAMPLE.endpointType,
        endpoint: { userId: 'U0ADA00001' },
        subscriberId: 'subscriber-123',
        integrationIdentifier: EXAMPLE.integrationIdentifier,
        identifier: 'chendp_abc123',
      },
      sdk: 'channelEndpoints.create($body)',
    }),
  )

function refused(refusal: endpoints.EndpointRefused, environmentId: string): ApiError {
  switch (refusal.kind) {
    case 'invalid':
      return refusedFields(refusal)
    case 'integration_not_found':
      return notFound(refusal.kind, `Integration not found: ${refusal.identifier}`)
    case 'subscriber_not_found':
      return notFound(
        refusal.kind,
        `Subscriber not found: ${refusal.subscriberId}. Pass createSubscriberIfMissing: true to ` +
          'create it, or provision it via POST /v1/subscribers.',
      )
    case 'endpoint_exists':
      return conflict(
        refusal.kind,
        `Channel endpoint with identifier "${refusal.identifier}" already exists in environment "${environmentId}"`,
      )
    case 'integration_of_another_kind':
      return badRequest(
        refusal.kind,
        `Channel endpoint type "${refusal.type}" requires ${refusal.provider} integration`,
      )
    case 'connection_not_found':
      return notFound(refusal.kind, `Channel connection not found: ${refusal.identifier}`)
    case 'connection_not_approved':
      return connectionNotApproved(refusal.identifier)
    case 'linked_to_another_subscriber':
      return linkedToAnother(refusal)
    case 'user_linked_already': {
      const { type, subscriberId, connectionIdentifier, identifier } = refusal.existing
      return conflict(
        'endpoint_exists',
        `A channel endpoint of type "${type}" already exists for subscriber "${subscriberId}" in connection "${connectionIdentifier}". Endpoint ID: ${identifier}`,
      )
    }
  }
}
