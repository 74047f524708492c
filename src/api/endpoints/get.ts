import type { ApiDeps } from '../../http/api-deps.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import {
  CHANNEL_ENDPOINTS,
  ChannelEndpoint,
  EndpointParams,
  endpointNotFound,
  presentEndpoint,
} from './response.ts'

export const getEndpoint =
  ({ store }: ApiDeps) =>
  (app: Api) =>
    app.get(
      '/v1/channel-endpoints/:identifier',
      async ({ params: { identifier }, caller }) => {
        const found = await store.endpoints.find(caller.environmentId, identifier)
        if (found === null) throw endpointNotFound(identifier)
        return presentEndpoint(caller, found)
      },
      declares({
        operationId: 'ChannelEndpointsController_getChannelEndpoint',
        summary: 'Retrieve a channel endpoint',
        description:
          'Returns an endpoint by its identifier. For a key with the permission `read`, the URL of a ' +
          'webhook is `[redacted]`.',
        tag: CHANNEL_ENDPOINTS,
        access: 'read',
        limit: 'configuration',
        holdsSecrets: true,
        params: EndpointParams,
        responses: {
          200: { description: 'The endpoint', schema: ChannelEndpoint },
          404: { description: 'No such endpoint' },
        },
        sdk: 'channelEndpoints.retrieve("chendp_abc123")',
      }),
    )
