import { Type } from '@sinclair/typebox'
import * as integrations from '../../domain/integrations/integrations.ts'
import { integrationChanges } from '../../domain/integrations/shape.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { badRequest, refusedFields } from '../../http/api-error.ts'
import { change, reply } from '../../http/change.ts'
import { declares, openObject } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import type { Providers } from '../../providers/create-providers.ts'
import {
  INTEGRATIONS,
  IntegrationParams,
  IntegrationResponse,
  integrationError,
  presentIntegration,
  refuseOtherEnvironment,
} from './response.ts'

const updateIntegrationBody = (providers: Providers) =>
  openObject(
    { ...integrationChanges(providers), _environmentId: Type.Optional(Type.String()) },
    { title: 'UpdateIntegrationRequestDto' },
  )

export const updateIntegration = (deps: ApiDeps) => (app: Api) =>
  app.put(
    '/v1/integrations/:integrationId',
    ({ params: { integrationId }, body, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: async () =>
            refuseOtherEnvironment(caller, body) ??
            integrations.updateIntegration(deps, caller.environmentId, integrationId, body),
          respond: (decided) => {
            switch (decided.kind) {
              case 'accepted':
                return reply(200, presentIntegration(caller, decided.value))
              case 'nothing_to_update':
                return badRequest('nothing_to_update', 'No properties found for update')
              case 'invalid':
                return refusedFields(decided)
              default:
                return integrationError(decided)
            }
          },
        },
      ),
    declares({
      operationId: 'IntegrationsController_updateIntegrationById',
      summary: 'Update an integration',
      description:
        'Changes the properties that are sent, and leaves the others. The same applies inside ' +
        '`credentials` and `configurations`; `null` removes a value.',
      tag: INTEGRATIONS,
      access: 'write',
      limit: 'configuration',
      params: IntegrationParams,
      body: updateIntegrationBody(deps.providers),
      responses: {
        200: { description: 'The integration', schema: IntegrationResponse },
        404: { description: 'No such integration' },
        409: { description: 'The identifier is taken' },
      },
      example: { name: 'Slack (production)' },
      sdk: 'integrations.update($body, "<integration id>")',
    }),
  )
