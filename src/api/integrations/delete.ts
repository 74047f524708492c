import * as integrations from '../../domain/integrations/integrations.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { actorOf, change, reply } from '../../http/change.ts'
import { declares } from '../../http/declares.ts'
import { ValidationErrorDto } from '../../http/error-response.ts'
import type { Api } from '../../http/pipeline.ts'
import {
  INTEGRATIONS,
  IntegrationList,
  IntegrationParams,
  integrationError,
  type PresentIntegrations,
} from './response.ts'

export const deleteIntegration = (deps: ApiDeps, present: PresentIntegrations) => (app: Api) =>
  app.delete(
    '/v1/integrations/:integrationId',
    ({ params: { integrationId }, caller, request, set }) =>
      change(
        deps,
        { request, body: undefined, caller, set },
        {
          prepare: () =>
            integrations.removeMostOfIntegration(
              deps,
              actorOf(caller),
              caller.environmentId,
              integrationId,
            ),
          decide: (before) =>
            integrations.deleteIntegration(deps, caller.environmentId, integrationId, before),
          respond: (decided) =>
            decided.kind === 'accepted'
              ? reply(200, present(caller, decided.value))
              : integrationError(decided),
        },
      ),
    declares({
      operationId: 'IntegrationsController_removeIntegration',
      summary: 'Delete an integration',
      description:
        'Deletes an integration with its connections and endpoints, and returns the remaining ' +
        'integrations. More than 500 connections or endpoints are deleted in several transactions; if ' +
        'that is interrupted, the integration still exists, and deleting it again continues.',
      tag: INTEGRATIONS,
      access: 'write',
      limit: 'configuration',
      params: IntegrationParams,
      responses: {
        200: { description: 'The integrations', schema: IntegrationList },
        404: { description: 'No such integration' },
        422: { description: 'Not the id of an integration', schema: ValidationErrorDto },
      },
      sdk: 'integrations.delete("<integration id>")',
    }),
  )
