import { Elysia } from 'elysia'
import { api } from '../../http/api.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { perform } from '../../http/perform.ts'
import { createIntegration } from './create.ts'
import { IntegrationBody } from './model.ts'
import { createIntegrationOperation } from './operations.ts'

export const integrations = (deps: ApiDeps) =>
  new Elysia({ name: 'integrations' })
    .use(api(deps, { category: 'configuration', access: 'resources' }))
    .post(
      '/v1/integrations',
      ({ body, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, async () =>
          createIntegration(deps, caller, body),
        ),
      { body: IntegrationBody, detail: createIntegrationOperation },
    )
