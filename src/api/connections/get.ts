import type { ApiDeps } from '../../http/api-deps.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { EXAMPLE } from '../../providers/example.ts'
import {
  CHANNEL_CONNECTIONS,
  ChannelConnection,
  ConnectionParams,
  connectionNotFound,
  noteTokenRead,
  presentConnection,
} from './response.ts'

export const getConnection =
  ({ store, tokenReads }: ApiDeps) =>
  (app: Api) =>
    app.get(
      '/v1/channel-connections/:identifier',
      async ({ params: { identifier }, caller }) => {
        const found = await store.connections.findWithAuth(caller.environmentId, identifier)
        if (found === null) throw connectionNotFound(identifier)
        noteTokenRead(tokenReads, caller, found)
        return presentConnection(caller, found)
      },
      declares({
        operationId: 'ChannelConnectionsController_getChannelConnectionByIdentifier',
        summary: 'Retrieve a channel connection',
        description:
          'Returns a connection with its tokens unencrypted: this is where a backend reads the token ' +
          'to send messages with. Tokens that expire are refreshed in advance. For a key with the ' +
          'permission `read`, each token is `[redacted]`.',
        tag: CHANNEL_CONNECTIONS,
        access: 'read',
        limit: 'configuration',
        holdsSecrets: true,
        params: ConnectionParams,
        responses: {
          200: { description: 'The connection', schema: ChannelConnection },
          404: { description: 'No such connection' },
        },
        sdk: `channelConnections.retrieve("${EXAMPLE.connectionIdentifier}")`,
      }),
    )
