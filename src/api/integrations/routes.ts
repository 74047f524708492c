import { Elysia } from 'elysia'
import { api } from '../../http/api.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { jsonBody } from '../../http/json-body.ts'
import { perform } from '../../http/perform.ts'
import { createIntegration } from './create.ts'
import { IntegrationParams, integrationBodies } from './model.ts'
import { deleteIntegration, listIntegrations, setPrimary, updateIntegration } from './one.ts'
import * as operations from './operations.ts'

const ONE = '/v1/integrations/:integrationId'

export const integrations = (deps: ApiDeps) => {
  const bodies = integrationBodies(deps.providers)
  return new Elysia({ name: 'integrations' })
    .use(api(deps, { category: 'configuration', access: 'resources' }))
    .get('/v1/integrations', ({ caller }) => listIntegrations(deps, caller, 'all'), {
      detail: operations.listIntegrations,
    })
    .get('/v1/integrations/active', ({ caller }) => listIntegrations(deps, caller, 'active'), {
      detail: operations.listActiveIntegrations,
    })
    .post(
      '/v1/integrations',
      ({ body, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, async () =>
          createIntegration(deps, caller, body),
        ),
      { ...jsonBody(bodies.create), detail: operations.createIntegration },
    )
    .put(
      ONE,
      ({ params, body, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, () =>
          updateIntegration(deps, caller, params.integrationId, body),
        ),
      {
        params: IntegrationParams,
        ...jsonBody(bodies.update),
        detail: operations.updateIntegration,
      },
    )
    .delete(
      ONE,
      ({ params, caller, request, set }) =>
        perform(deps, { request, body: null, caller, set }, () =>
          deleteIntegration(deps, caller, params.integrationId),
        ),
      { params: IntegrationParams, detail: operations.deleteIntegration },
    )
    .post(
      `${ONE}/set-primary`,
      ({ params, body, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, () =>
          setPrimary(deps, caller, params.integrationId),
        ),
      { params: IntegrationParams, detail: operations.setPrimary },
    )
}
