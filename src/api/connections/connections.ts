import type { ApiDeps } from '../../http/api-deps.ts'
import type { Api } from '../../http/pipeline.ts'
import { approveConnection } from './approve.ts'
import { createConnection } from './create.ts'
import { deleteConnection } from './delete.ts'
import { getConnection } from './get.ts'
import { listConnections } from './list.ts'
import { updateConnection } from './update.ts'
import { verifyConnection } from './verify.ts'

/** Operations on workspaces and tenants that an app is installed in, or that its users come from. */
export const connections = (deps: ApiDeps) => (app: Api) =>
  app
    .use(listConnections(deps))
    .use(createConnection(deps))
    .use(getConnection(deps))
    .use(updateConnection(deps))
    .use(deleteConnection(deps))
    .use(verifyConnection(deps))
    .use(approveConnection(deps))
