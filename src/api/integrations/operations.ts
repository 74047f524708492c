import type { Operation } from '../../http/operation.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { IntegrationAnswer, IntegrationList } from './model.ts'

const resource = { tags: ['Integrations'], access: 'api_key' } as const satisfies Partial<Operation>
const one = { status: 200, description: 'The integration', schema: IntegrationAnswer } as const
const list = { status: 200, description: 'The integrations', schema: IntegrationList } as const
const missing = { 404: 'No such integration' }

export const listIntegrations: Operation = {
  ...resource,
  operationId: 'IntegrationsController_listIntegrations',
  summary: 'List all integrations',
  description: 'Your apps at Slack and Microsoft, newest first, without their credentials.',
  answer: list,
  sdk: 'integrations.list()',
}

export const listActiveIntegrations: Operation = {
  ...resource,
  operationId: 'IntegrationsController_getActiveIntegrations',
  summary: 'List active integrations',
  description: 'Those that are `active`. Links can be made with the others too, as at Novu.',
  answer: list,
  sdk: 'integrations.listActive()',
}

export const createIntegration: Operation = {
  ...resource,
  operationId: 'IntegrationsController_createIntegration',
  summary: 'Create an integration',
  description:
    'Tells latch of your app at Slack or Microsoft. Its credentials are sealed, and no API key ' +
    'gets them back.',
  answer: { ...one, status: 201 },
  errors: { 409: 'The identifier is taken, or a request with the same key is still running' },
  example: {
    providerId: EXAMPLE.providerId,
    channel: 'chat',
    identifier: EXAMPLE.otherIntegrationIdentifier,
    active: true,
    credentials: { clientId: '<client id>', secretKey: '<client secret>' },
  },
  sdk: 'integrations.create($body)',
}

export const updateIntegration: Operation = {
  ...resource,
  operationId: 'IntegrationsController_updateIntegrationById',
  summary: 'Update an integration',
  description:
    'Changes what is sent. `credentials` are replaced as a whole: send all of them, or none.',
  answer: one,
  errors: { ...missing, 409: 'The identifier is taken' },
  example: { name: 'Slack (production)' },
  sdk: 'integrations.update($body, "<integration id>")',
}

export const deleteIntegration: Operation = {
  ...resource,
  operationId: 'IntegrationsController_removeIntegration',
  summary: 'Delete an integration',
  description:
    'Removes an integration with its connections and endpoints, in one transaction, and answers ' +
    'with the integrations that are left.',
  answer: list,
  errors: missing,
  sdk: 'integrations.delete("<integration id>")',
}

export const setPrimary: Operation = {
  ...resource,
  operationId: 'IntegrationsController_setIntegrationAsPrimary',
  summary: 'Set an integration as primary',
  description:
    'Answers 400, as Novu does for chat: only e-mail and SMS have a primary integration.',
  answer: one,
  errors: { ...missing, 400: 'Chat has no primary integration' },
}
