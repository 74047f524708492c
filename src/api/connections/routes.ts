import { Elysia } from 'elysia'
import { api } from '../../http/api.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { perform } from '../../http/perform.ts'
import { getConnection } from './get.ts'
import { ConnectionParams } from './model.ts'
import { getConnectionOperation, verifyConnectionOperation } from './operations.ts'
import { verifyConnection } from './verify.ts'

export const connections = (deps: ApiDeps) =>
  new Elysia({ name: 'connections' })
    .use(api(deps, { category: 'configuration', access: 'resources' }))
    .get(
      '/v1/channel-connections/:identifier',
      ({ params, caller }) => getConnection(deps, caller, params.identifier),
      { params: ConnectionParams, detail: getConnectionOperation },
    )
    .post(
      '/v1/channel-connections/:identifier/verify',
      ({ params, body, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, () =>
          verifyConnection(deps, caller, params.identifier),
        ),
      { params: ConnectionParams, detail: verifyConnectionOperation },
    )
