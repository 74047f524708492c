import * as connections from '../../domain/connections/connections.ts'
import { NewConnection } from '../../domain/connections/shape.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { type ApiError, conflict, notFound, refusedFields } from '../../http/api-error.ts'
import { change, reply } from '../../http/change.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { ownerError } from './owner.ts'
import {
  authRefused,
  CHANNEL_CONNECTIONS,
  ChannelConnection,
  EXAMPLE_CONTENT,
  integrationNotFound,
  presentConnection,
} from './response.ts'

export const createConnection = (deps: ApiDeps) => (app: Api) =>
  app.post(
    '/v1/channel-connections',
    ({ body, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: () => connections.createConnection(deps, caller.environmentId, body),
          respond: (decided) => {
            switch (decided.kind) {
              case 'accepted':
                return reply(201, presentConnection(caller, decided.value))
              case 'context_required':
              case 'subscriber_required':
              case 'owner_required':
                return ownerError(decided)
              case 'invalid':
                return refusedFields(decided)
              case 'integration_not_found':
                return integrationNotFound(decided.identifier)
              case 'subscriber_not_found':
                return notFound(decided.kind, `Subscriber not found: ${decided.subscriberId}`)
              case 'connection_of_owner_exists':
                return ownerHasConnection(decided)
              case 'connection_exists':
                return conflict(
                  decided.kind,
                  `Channel connection with identifier "${decided.identifier}" already exists in environment "${caller.environmentId}"`,
                )
              case 'rotation_not_supported':
              case 'integration_without_credentials':
                return authRefused(decided)
            }
          },
        },
      ),
    declares({
      operationId: 'ChannelConnectionsController_createChannelConnection',
      summary: 'Create a channel connection',
      description:
        'Stores a workspace that you connected yourself, with its token. A connection belongs to one ' +
        'subscriber, or is shared by everyone in a context. Each subscriber or context has at most one ' +
        'connection per integration.',
      tag: CHANNEL_CONNECTIONS,
      access: 'write',
      limit: 'configuration',
      holdsSecrets: true,
      body: NewConnection,
      responses: {
        201: { description: 'The connection', schema: ChannelConnection },
        404: { description: 'No such integration or subscriber' },
        409: {
          description:
            'A connection with that identifier, or for that subscriber and context, already exists; or ' +
            'a request with the same idempotency key is still running',
        },
      },
      example: {
        integrationIdentifier: EXAMPLE.integrationIdentifier,
        connectionMode: 'shared',
        context: { tenant: 'acme' },
        ...EXAMPLE_CONTENT,
      },
      sdk: 'channelConnections.create($body)',
    }),
  )

function ownerHasConnection({
  kind,
  integrationIdentifier,
  existing: { subscriberId, contextKeys, identifier },
}: connections.OwnerHasConnection): ApiError {
  const whose = subscriberId === null ? 'no subscriberId' : `subscriberId "${subscriberId}"`
  const where = contextKeys.length === 0 ? 'no context' : `context [${contextKeys.join(', ')}]`
  return conflict(
    kind,
    `A channel connection already exists for integration "${integrationIdentifier}" with ${whose} and ${where}. Connection ID: ${identifier}`,
  )
}
