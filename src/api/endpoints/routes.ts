import { Elysia } from 'elysia'
import { api } from '../../http/api.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { jsonBody } from '../../http/json-body.ts'
import { perform } from '../../http/perform.ts'
import { createEndpoint } from './create.ts'
import { listEndpoints } from './list.ts'
import { CreateEndpointBody, EndpointParams, EndpointsQuery, UpdateEndpointBody } from './model.ts'
import { deleteEndpoint, getEndpoint, updateEndpoint } from './one.ts'
import * as operations from './operations.ts'

const ONE = '/v1/channel-endpoints/:identifier'

export const endpoints = (deps: ApiDeps) =>
  new Elysia({ name: 'endpoints' })
    .use(api(deps, { category: 'configuration', access: 'resources' }))
    .get('/v1/channel-endpoints', ({ query, caller }) => listEndpoints(deps, caller, query), {
      query: EndpointsQuery,
      detail: operations.listEndpoints,
    })
    .post(
      '/v1/channel-endpoints',
      ({ body, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, () => createEndpoint(deps, caller, body)),
      { ...jsonBody(CreateEndpointBody), detail: operations.createEndpoint },
    )
    .get(ONE, ({ params, caller }) => getEndpoint(deps, caller, params.identifier), {
      params: EndpointParams,
      detail: operations.getEndpoint,
    })
    .patch(
      ONE,
      ({ params, body, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, () =>
          updateEndpoint(deps, caller, params.identifier, body),
        ),
      {
        params: EndpointParams,
        ...jsonBody(UpdateEndpointBody),
        detail: operations.updateEndpoint,
      },
    )
    .delete(
      ONE,
      ({ params, caller, request, set }) =>
        perform(deps, { request, body: null, caller, set }, () =>
          deleteEndpoint(deps, caller, params.identifier),
        ),
      { params: EndpointParams, detail: operations.deleteEndpoint },
    )
