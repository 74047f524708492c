import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { api } from '../../http/api.ts'
import { listEndpoints } from './list.ts'
import { EndpointsQuery } from './model.ts'

export const endpoints = (deps: Deps) =>
  new Elysia({ name: 'endpoints' })
    .use(api(deps))
    .get('/v1/channel-endpoints', ({ query, caller }) => listEndpoints(deps, caller, query), {
      query: EndpointsQuery,
    })
