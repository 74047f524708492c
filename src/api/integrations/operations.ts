import type { Operation } from '../../http/operation.ts'
import { IntegrationAnswer } from './model.ts'

export const createIntegrationOperation: Operation = {
  operationId: 'IntegrationsController_createIntegration',
  summary: 'Create an integration',
  description:
    'Tells latch of your app at Slack or Microsoft. Its credentials are sealed, and no API key ' +
    'gets them back.',
  tags: ['Integrations'],
  access: 'api_key',
  answer: { status: 201, description: 'The integration', schema: IntegrationAnswer },
  errors: { 409: 'The identifier is taken, or a request with the same key is still running' },
  example: {
    providerId: 'slack',
    channel: 'chat',
    identifier: 'slack-production',
    active: true,
    credentials: { clientId: '<client id>', secretKey: '<client secret>' },
  },
  sdk: 'integrations.create($body)',
}
