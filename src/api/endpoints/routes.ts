import { Elysia } from 'elysia'
import { api } from '../../http/api.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { listEndpoints } from './list.ts'
import { EndpointsQuery } from './model.ts'
import { listEndpointsOperation } from './operations.ts'

export const endpoints = (deps: ApiDeps) =>
  new Elysia({ name: 'endpoints' })
    .use(api(deps, { category: 'configuration', access: 'resources' }))
    .get('/v1/channel-endpoints', ({ query, caller }) => listEndpoints(deps, caller, query), {
      query: EndpointsQuery,
      detail: listEndpointsOperation,
    })
