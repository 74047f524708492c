import type { ApiDeps } from '../../http/api-deps.ts'
import type { Api } from '../../http/pipeline.ts'
import { createIntegration } from './create.ts'
import { deleteIntegration } from './delete.ts'
import { listActiveIntegrations, listIntegrations } from './list.ts'
import { createPresentIntegrations } from './response.ts'
import { setPrimaryIntegration } from './set-primary.ts'
import { updateIntegration } from './update.ts'

/** Operations on integrations: the customer's apps at the providers. */
export const integrations = (deps: ApiDeps) => (app: Api) => {
  const present = createPresentIntegrations(deps.log)
  return app
    .use(listIntegrations(deps, present))
    .use(listActiveIntegrations(deps, present))
    .use(createIntegration(deps))
    .use(updateIntegration(deps))
    .use(deleteIntegration(deps, present))
    .use(setPrimaryIntegration(deps))
}
