import type { ApiDeps } from '../../http/api-deps.ts'
import type { Api } from '../../http/pipeline.ts'
import { createIntegration } from './create.ts'
import { deleteIntegration } from './delete.ts'
import { listActiveIntegrations, listIntegrations } from './list.ts'
import { setPrimaryIntegration } from './set-primary.ts'
import { updateIntegration } from './update.ts'

/** The company's apps at the providers: their client ids and secrets, and how latch uses them. */
export const integrations = (deps: ApiDeps) => (app: Api) =>
  app
    .use(listIntegrations(deps))
    .use(listActiveIntegrations(deps))
    .use(createIntegration(deps))
    .use(updateIntegration(deps))
    .use(deleteIntegration(deps))
    .use(setPrimaryIntegration(deps))
