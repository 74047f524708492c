import { Type } from '@sinclair/typebox'
import * as integrations from '../../domain/integrations/integrations.ts'
import { newIntegration } from '../../domain/integrations/shape.ts'
import { invalid } from '../../domain/shape.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { refusedFields } from '../../http/api-error.ts'
import { change, reply } from '../../http/change.ts'
import { declares, openObject } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import type { Providers } from '../../providers/create-providers.ts'
import { EXAMPLE } from '../../providers/example.ts'
import {
  INTEGRATIONS,
  IntegrationResponse,
  integrationError,
  presentIntegration,
  refuseOtherEnvironment,
} from './response.ts'

const createIntegrationBody = (providers: Providers) =>
  openObject(
    { ...newIntegration(providers), _environmentId: Type.Optional(Type.String()) },
    { title: 'CreateIntegrationRequestDto' },
  )

export const createIntegration = (deps: ApiDeps) => (app: Api) =>
  app.post(
    '/v1/integrations',
    ({ body, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: async () =>
            refuseOtherEnvironment(caller, body) ??
            integrations.createIntegration(deps, caller.environmentId, body),
          respond: (decided) => {
            switch (decided.kind) {
              case 'accepted':
                return reply(201, presentIntegration(caller, decided.value))
              case 'unknown_provider': {
                const choices = decided.known.join(', ')
                const messages = [`providerId must be one of the following values: ${choices}`]
                return refusedFields(invalid({ providerId: { messages, value: body.providerId } }))
              }
              case 'invalid':
                return refusedFields(decided)
              default:
                return integrationError(decided)
            }
          },
        },
      ),
    declares({
      operationId: 'IntegrationsController_createIntegration',
      summary: 'Create an integration',
      description:
        'Registers your app at Slack or Microsoft. Its credentials are encrypted, and never returned.',
      tag: INTEGRATIONS,
      access: 'write',
      limit: 'configuration',
      body: createIntegrationBody(deps.providers),
      responses: {
        201: { description: 'The integration', schema: IntegrationResponse },
        409: {
          description:
            'The identifier is taken, or a request with the same idempotency key is still running',
        },
      },
      example: {
        providerId: EXAMPLE.providerId,
        channel: 'chat',
        identifier: EXAMPLE.otherIntegrationIdentifier,
        active: true,
        credentials: { clientId: '<client id>', secretKey: '<client secret>' },
      },
      sdk: 'integrations.create($body)',
    }),
  )
