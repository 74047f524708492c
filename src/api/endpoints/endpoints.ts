import type { ApiDeps } from '../../http/api-deps.ts'
import type { Api } from '../../http/pipeline.ts'
import { createEndpoint } from './create.ts'
import { deleteEndpoint } from './delete.ts'
import { getEndpoint } from './get.ts'
import { listEndpoints } from './list.ts'
import { updateEndpoint } from './update.ts'

/** Operations on channel endpoints: who subscribers are, and where their messages are sent. */
export const endpoints = (deps: ApiDeps) => (app: Api) =>
  app
    .use(listEndpoints(deps))
    .use(createEndpoint(deps))
    .use(getEndpoint(deps))
    .use(updateEndpoint(deps))
    .use(deleteEndpoint(deps))
