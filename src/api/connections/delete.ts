import { Type } from '@sinclair/typebox'
import * as connections from '../../domain/connections/connections.ts'
import { revokeToken } from '../../domain/connections/revoke.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { ApiError } from '../../http/api-error.ts'
import { change, reply } from '../../http/change.ts'
import { closedQuery, declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { CHANNEL_CONNECTIONS, ConnectionParams, connectionNotFound } from './response.ts'

const DeleteConnectionQuery = closedQuery({
  revoke: Type.Optional(
    Type.Union([Type.Literal('true'), Type.Literal('false')], {
      errorMessage: 'revoke must be true or false',
      description: "`true`: first revoke the connection's token at the provider (Slack only).",
    }),
  ),
})

export const deleteConnection = (deps: ApiDeps) => (app: Api) =>
  app.delete(
    '/v1/channel-connections/:identifier',
    ({ params: { identifier }, query, caller: { environmentId }, caller, request, set }) =>
      change(
        deps,
        { request, body: undefined, caller, set },
        {
          prepare: async () => {
            if (query.revoke !== 'true') return null
            const found = await deps.store.connections.findWithAuth(environmentId, identifier)
            return found === null ? null : revokeToken(deps, found)
          },
          decide: async (revoked) =>
            revoked?.kind === 'token_not_revoked'
              ? revoked
              : connections.deleteConnection(deps, environmentId, identifier),
          respond: (decided) => {
            switch (decided.kind) {
              case 'accepted':
                return reply(204, undefined)
              case 'connection_not_found':
                return connectionNotFound(identifier)
              case 'token_not_revoked':
                return new ApiError(
                  502,
                  decided.kind,
                  `${decided.provider} did not revoke the token: ${decided.why}. The connection is still there.`,
                )
            }
          },
        },
      ),
    declares({
      operationId: 'ChannelConnectionsController_deleteChannelConnection',
      summary: 'Delete a channel connection',
      description:
        'Deletes a connection. Endpoints that were created through it remain. With `revoke=true`, ' +
        'the token is first revoked at Slack; if that fails, the connection is not deleted.',
      tag: CHANNEL_CONNECTIONS,
      access: 'write',
      limit: 'configuration',
      params: ConnectionParams,
      query: DeleteConnectionQuery,
      responses: {
        204: { description: 'Deleted' },
        404: { description: 'No such connection' },
        502: { description: 'The provider did not revoke the token' },
      },
      sdk: `channelConnections.delete("${EXAMPLE.connectionIdentifier}")`,
    }),
  )
