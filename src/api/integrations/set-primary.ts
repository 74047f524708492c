import * as integrations from '../../domain/integrations/integrations.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { badRequest } from '../../http/api-error.ts'
import { change } from '../../http/change.ts'
import { declares } from '../../http/declares.ts'
import { ValidationErrorDto } from '../../http/error-response.ts'
import type { Api } from '../../http/pipeline.ts'
import { INTEGRATIONS, IntegrationParams, integrationError } from './response.ts'

export const setPrimaryIntegration = (deps: ApiDeps) => (app: Api) =>
  app.post(
    '/v1/integrations/:integrationId/set-primary',
    ({ params: { integrationId }, body, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: () =>
            integrations.setPrimaryIntegration(deps, caller.environmentId, integrationId),
          respond: (decided) =>
            decided.kind === 'no_primary'
              ? badRequest('no_primary', `Channel ${decided.channel} does not support primary`)
              : integrationError(decided, 'Integration'),
        },
      ),
    declares({
      operationId: 'IntegrationsController_setIntegrationAsPrimary',
      summary: 'Set an integration as primary',
      description:
        'Never succeeds: only e-mail and SMS have a primary integration, and latch has neither. ' +
        'Returns 400, as Novu does for chat.',
      tag: INTEGRATIONS,
      access: 'write',
      limit: 'configuration',
      params: IntegrationParams,
      responses: {
        400: { description: 'Chat has no primary integration' },
        404: { description: 'No such integration' },
        422: { description: 'Not the id of an integration', schema: ValidationErrorDto },
      },
    }),
  )
