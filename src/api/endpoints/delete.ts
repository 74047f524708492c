import * as endpoints from '../../domain/endpoints/endpoints.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { change, reply } from '../../http/change.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { CHANNEL_ENDPOINTS, EndpointParams, endpointNotFound } from './response.ts'

export const deleteEndpoint = (deps: ApiDeps) => (app: Api) =>
  app.delete(
    '/v1/channel-endpoints/:identifier',
    ({ params: { identifier }, caller, request, set }) =>
      change(
        deps,
        { request, body: undefined, caller, set },
        {
          decide: () => endpoints.deleteEndpoint(deps, caller.environmentId, identifier),
          respond: (decided) =>
            decided.kind === 'accepted' ? reply(204, undefined) : endpointNotFound(identifier),
        },
      ),
    declares({
      operationId: 'ChannelEndpointsController_deleteChannelEndpoint',
      summary: 'Delete a channel endpoint',
      description:
        'Unlinks a subscriber. latch stores no user tokens, so there is nothing to revoke.',
      tag: CHANNEL_ENDPOINTS,
      access: 'write',
      limit: 'configuration',
      params: EndpointParams,
      responses: {
        204: { description: 'Deleted' },
        404: { description: 'No such endpoint' },
      },
      sdk: 'channelEndpoints.delete("chendp_abc123")',
    }),
  )
