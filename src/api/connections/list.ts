import { Type } from '@sinclair/typebox'
import { connectionMode } from '../../domain/connections/shape.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { declares } from '../../http/declares.ts'
import {
  byTime,
  CONTEXT_KEYS,
  listOf,
  listQuery,
  presentPage,
  readContextKeys,
  readPaging,
} from '../../http/lists.ts'
import type { Api } from '../../http/pipeline.ts'
import { EXAMPLE } from '../../providers/example.ts'
import {
  CHANNEL_CONNECTIONS,
  ChannelConnection,
  noteTokenRead,
  presentConnection,
} from './response.ts'

const ConnectionsQuery = listQuery({
  ...byTime,
  subscriberId: Type.Optional(Type.String()),
  integrationIdentifier: Type.Optional(Type.String()),
  channel: Type.Optional(Type.String()),
  providerId: Type.Optional(Type.String()),
  connectionMode: Type.Optional(connectionMode()),
  contextKeys: CONTEXT_KEYS,
})

export const listConnections =
  ({ store, tokenReads }: ApiDeps) =>
  (app: Api) =>
    app.get(
      '/v1/channel-connections',
      async ({ query, caller }) => {
        const { environmentId } = caller
        const { subscriberId, integrationIdentifier, channel, providerId, connectionMode } = query
        const filter = {
          environmentId,
          subscriberId,
          integrationIdentifier,
          channel,
          providerId,
          connectionMode,
          contextKeys: readContextKeys(query.contextKeys),
        }
        const page = await store.connections.page(filter, readPaging(query))
        for (const found of page.items) noteTokenRead(tokenReads, caller, found)
        return presentPage(
          page,
          ({ connection }) => connection.id,
          (found) => presentConnection(caller, found),
        )
      },
      declares({
        operationId: 'ChannelConnectionsController_listChannelConnections',
        summary: 'List all channel connections',
        description: 'Lists the connected workspaces and tenants, newest first, a page at a time.',
        tag: CHANNEL_CONNECTIONS,
        access: 'read',
        limit: 'configuration',
        holdsSecrets: true,
        query: ConnectionsQuery,
        responses: {
          200: {
            description: 'A page of connections',
            schema: listOf(ChannelConnection, 'ListChannelConnectionsResponseDto'),
          },
        },
        sdk: `channelConnections.list({ integrationIdentifier: "${EXAMPLE.integrationIdentifier}" })`,
      }),
    )
