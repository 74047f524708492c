import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { api } from '../../http/api.ts'
import { createIntegration } from './create.ts'
import { IntegrationBody } from './model.ts'

export const integrations = (deps: Deps) =>
  new Elysia({ name: 'integrations' }).use(api(deps)).post(
    '/v1/integrations',
    async ({ body, caller, set }) => {
      const integration = await createIntegration(deps, caller, body)
      set.status = 201
      return integration
    },
    { body: IntegrationBody },
  )
