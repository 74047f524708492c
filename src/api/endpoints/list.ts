import { Type } from '@sinclair/typebox'
import { chatIdSpellings } from '../../domain/identities/chat-user.ts'
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
  workspaceId: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Linked users of this workspace or tenant; for users of Enterprise Grid, give the organisation, ' +
        'or also the `userId`.',
    }),
  ),
  userId: Type.Optional(
    Type.String({ minLength: 1, description: 'Links of this user at the provider.' }),
  ),
})

const spellingsOf = (providers: ApiDeps['providers'], id: string | undefined) =>
  id === undefined ? undefined : chatIdSpellings(providers, id)

export const listEndpoints =
  ({ store, providers }: ApiDeps) =>
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
          workspaceIds: spellingsOf(providers, query.workspaceId),
          chatUserIds: spellingsOf(providers, query.userId),
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
