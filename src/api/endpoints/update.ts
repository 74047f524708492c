import * as endpoints from '../../domain/endpoints/endpoints.ts'
import { EndpointUpdate } from '../../domain/endpoints/shape.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { badRequest, notFound } from '../../http/api-error.ts'
import { change, reply } from '../../http/change.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import {
  CHANNEL_ENDPOINTS,
  ChannelEndpoint,
  EndpointParams,
  linkedToAnother,
  presentEndpoint,
} from './response.ts'

export const updateEndpoint = (deps: ApiDeps) => (app: Api) =>
  app.patch(
    '/v1/channel-endpoints/:identifier',
    ({ params: { identifier }, body, caller: { environmentId }, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: () => endpoints.updateEndpoint(deps, environmentId, identifier, body.endpoint),
          respond: (decided) => {
            switch (decided.kind) {
              case 'accepted':
                return reply(200, presentEndpoint(caller, decided.value))
              case 'endpoint_not_found':
                // Unlike the other operations; this is Novu's message here.
                return notFound(
                  decided.kind,
                  `Channel endpoint with identifier "${identifier}" not found in environment "${environmentId}"`,
                )
              case 'endpoint_malformed':
                return badRequest(decided.kind, decided.problem)
              case 'linked_to_another_subscriber':
                return linkedToAnother(decided)
            }
          },
        },
      ),
    declares({
      operationId: 'ChannelEndpointsController_updateChannelEndpoint',
      summary: 'Update a channel endpoint',
      description: 'Replaces the value of `endpoint`. Its type stays the same.',
      tag: CHANNEL_ENDPOINTS,
      access: 'write',
      limit: 'configuration',
      holdsSecrets: true,
      params: EndpointParams,
      body: EndpointUpdate,
      responses: {
        200: { description: 'The endpoint', schema: ChannelEndpoint },
        404: { description: 'No such endpoint' },
        409: {
          description:
            'The chat user is linked to another subscriber of the same context, or a request with ' +
            'the same idempotency key is still running',
        },
      },
      example: { endpoint: { userId: 'U0GRACE002' } },
      sdk: 'channelEndpoints.update($body, "chendp_abc123")',
    }),
  )
