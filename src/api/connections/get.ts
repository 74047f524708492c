import type { ApiDeps } from '../../http/api-deps.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { EXAMPLE } from '../../providers/example.ts'
import {
  CHANNEL_CONNECTIONS,
  ChannelConnection,
  ConnectionParams,
  connectionNotFound,
  presentConnection,
} from './answer.ts'

export const getConnection =
  ({ store, tokenReads }: ApiDeps) =>
  (app: Api) =>
    app.get(
      '/v1/channel-connections/:identifier',
      async ({ params: { identifier }, caller }) => {
        const found = await store.connections.findWithAuth(caller.environmentId, identifier)
        if (found === null) throw connectionNotFound(identifier)
        const { apiKeyId } = caller
        const { environmentId, identifier: connectionIdentifier } = found.connection
        const reader = { environmentId, apiKeyId, connectionIdentifier }
        tokenReads.note(reader, found.auth.accessToken)
        return presentConnection(found)
      },
      declares({
        operationId: 'ChannelConnectionsController_getChannelConnectionByIdentifier',
        summary: 'Retrieve a channel connection',
        description:
          'One connection, with its tokens in clear: this is where a backend reads the token with ' +
          'which it sends messages. Tokens that expire are refreshed before they do.',
        tag: CHANNEL_CONNECTIONS,
        access: 'read',
        limit: 'configuration',
        params: ConnectionParams,
        responses: {
          200: { description: 'The connection', schema: ChannelConnection },
          404: { description: 'No such connection' },
        },
        sdk: `channelConnections.retrieve("${EXAMPLE.connectionIdentifier}")`,
      }),
    )
