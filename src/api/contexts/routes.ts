import { Elysia } from 'elysia'
import { api } from '../../http/api.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { jsonBody } from '../../http/json-body.ts'
import { perform } from '../../http/perform.ts'
import { ContextParams, ContextsQuery, CreateContextBody, UpdateContextBody } from './model.ts'
import * as operations from './operations.ts'
import {
  createContext,
  deleteContext,
  getContext,
  listContexts,
  updateContext,
} from './use-cases.ts'

const ONE = '/v2/contexts/:type/:id'

export const contexts = (deps: ApiDeps) =>
  new Elysia({ name: 'contexts' })
    .use(api(deps, { category: 'configuration', access: 'resources' }))
    .get('/v2/contexts', ({ query, caller }) => listContexts(deps, caller, query), {
      query: ContextsQuery,
      detail: operations.listContexts,
    })
    .post(
      '/v2/contexts',
      ({ body, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, () => createContext(deps, caller, body)),
      { ...jsonBody(CreateContextBody), detail: operations.createContext },
    )
    .get(ONE, ({ params, caller }) => getContext(deps, caller, params), {
      params: ContextParams,
      detail: operations.getContext,
    })
    .patch(
      ONE,
      ({ params, body, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, () =>
          updateContext(deps, caller, params, body),
        ),
      { params: ContextParams, ...jsonBody(UpdateContextBody), detail: operations.updateContext },
    )
    .delete(
      ONE,
      ({ params, caller, request, set }) =>
        perform(deps, { request, body: null, caller, set }, () =>
          deleteContext(deps, caller, params),
        ),
      { params: ContextParams, detail: operations.deleteContext },
    )
