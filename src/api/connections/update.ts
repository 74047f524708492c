import * as connections from '../../domain/connections/connections.ts'
import { ConnectionContent } from '../../domain/connections/shape.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { conflict } from '../../http/api-error.ts'
import { change, reply } from '../../http/change.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { EXAMPLE } from '../../providers/example.ts'
import {
  authRefused,
  CHANNEL_CONNECTIONS,
  ChannelConnection,
  ConnectionParams,
  connectionNotFound,
  EXAMPLE_CONTENT,
  integrationNotFound,
  presentConnection,
} from './response.ts'

export const updateConnection = (deps: ApiDeps) => (app: Api) =>
  app.patch(
    '/v1/channel-connections/:identifier',
    ({ params: { identifier }, body, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: () => connections.updateConnection(deps, caller.environmentId, identifier, body),
          respond: (decided) => {
            switch (decided.kind) {
              case 'accepted':
                return reply(200, presentConnection(caller, decided.value))
              case 'connection_not_found':
                return connectionNotFound(identifier, '"')
              case 'integration_not_found':
                return integrationNotFound(decided.identifier)
              case 'connection_of_owner_exists':
                return conflict(
                  decided.kind,
                  `Another channel connection of integration "${decided.integrationIdentifier}" is for the same subscriber and context`,
                )
              case 'rotation_not_supported':
              case 'integration_without_credentials':
                return authRefused(decided)
            }
          },
        },
      ),
    declares({
      operationId: 'ChannelConnectionsController_updateChannelConnection',
      summary: 'Update a channel connection',
      description: 'Replaces both the workspace and the tokens, completely.',
      tag: CHANNEL_CONNECTIONS,
      access: 'write',
      limit: 'configuration',
      holdsSecrets: true,
      params: ConnectionParams,
      body: ConnectionContent,
      responses: {
        200: { description: 'The connection', schema: ChannelConnection },
        404: { description: 'No such connection' },
      },
      example: EXAMPLE_CONTENT,
      sdk: `channelConnections.update($body, "${EXAMPLE.connectionIdentifier}")`,
    }),
  )
