import { Type } from '@sinclair/typebox'
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
import { CHANNEL_ENDPOINTS, ChannelEndpoint, presentEndpoint } from './response.ts'

const EndpointsQuery = listQuery({
  ...byTime,
  subscriberId: Type.Optional(Type.String()),
  integrationIdentifier: Type.Optional(Type.String()),
  connectionIdentifier: Type.Optional(Type.String()),
  channel: Type.Optional(Type.String()),
  providerId: Type.Optional(Type.String()),
  contextKeys: CONTEXT_KEYS,
})

export const listEndpoints =
  ({ store }: ApiDeps) =>
  (app: Api) =>
    app.get(
      '/v1/channel-endpoints',
      async ({ query, caller }) => {
        const { environmentId } = caller
        const { subscriberId, integrationIdentifier, connectionIdentifier } = query
        const filter = {
          environmentId,
          subscriberId,
          integrationIdentifier,
          connectionIdentifier,
          channel: query.channel,
          providerId: query.providerId,
          contextKeys: readContextKeys(query.contextKeys),
        }
        const page = await store.endpoints.page(filter, readPaging(query))
        return presentPage(
          page,
          ({ id }) => id,
          (row) => presentEndpoint(caller, row),
        )
      },
      declares({
        operationId: 'ChannelEndpointsController_listChannelEndpoints',
        summary: 'List all channel endpoints',
        description: 'Lists endpoints, newest first, a page at a time.',
        tag: CHANNEL_ENDPOINTS,
        access: 'read',
        limit: 'configuration',
        holdsSecrets: true,
        query: EndpointsQuery,
        responses: {
          200: {
            description: 'A page of endpoints',
            schema: listOf(ChannelEndpoint, 'ListChannelEndpointsResponseDto'),
          },
        },
        sdk: 'channelEndpoints.list({ subscriberId: "subscriber-123" })',
      }),
    )
