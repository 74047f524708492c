import { Elysia } from 'elysia'
import { api } from '../../http/api.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { jsonBody } from '../../http/json-body.ts'
import { perform } from '../../http/perform.ts'
import { deleteConnection, updateConnection } from './change.ts'
import { createConnection } from './create.ts'
import { getConnection } from './get.ts'
import { listConnections } from './list.ts'
import {
  ConnectionParams,
  ConnectionsQuery,
  CreateConnectionBody,
  DeleteConnectionQuery,
  UpdateConnectionBody,
} from './model.ts'
import * as operations from './operations.ts'
import { verifyConnection } from './verify.ts'

const ONE = '/v1/channel-connections/:identifier'

export const connections = (deps: ApiDeps) =>
  new Elysia({ name: 'connections' })
    .use(api(deps, { category: 'configuration', access: 'resources' }))
    .get('/v1/channel-connections', ({ query, caller }) => listConnections(deps, caller, query), {
      query: ConnectionsQuery,
      detail: operations.listConnections,
    })
    .post(
      '/v1/channel-connections',
      ({ body, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, () => createConnection(deps, caller, body)),
      { ...jsonBody(CreateConnectionBody), detail: operations.createConnection },
    )
    .get(ONE, ({ params, caller }) => getConnection(deps, caller, params.identifier), {
      params: ConnectionParams,
      detail: operations.getConnection,
    })
    .patch(
      ONE,
      ({ params, body, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, () =>
          updateConnection(deps, caller, params.identifier, body),
        ),
      {
        params: ConnectionParams,
        ...jsonBody(UpdateConnectionBody),
        detail: operations.updateConnection,
      },
    )
    .delete(
      ONE,
      ({ params, query, caller, request, set }) =>
        perform(deps, { request, body: null, caller, set }, () =>
          deleteConnection(deps, caller, params.identifier, query.revoke === 'true'),
        ),
      {
        params: ConnectionParams,
        query: DeleteConnectionQuery,
        detail: operations.deleteConnection,
      },
    )
    .post(
      `${ONE}/verify`,
      ({ params, body, caller, request, set }) =>
        perform(
          deps,
          { request, body, caller, set },
          () => verifyConnection(deps, caller, params.identifier),
          { reachesOut: true },
        ),
      { params: ConnectionParams, detail: operations.verifyConnection },
    )
