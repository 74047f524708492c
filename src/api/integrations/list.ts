import { Type } from '@sinclair/typebox'
import type { ApiDeps } from '../../http/api-deps.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { INTEGRATIONS, IntegrationList, type PresentIntegrations } from './response.ts'

/** No parameters: ignoring a filter that latch does not have would return everything. */
const NoQuery = Type.Object({}, { additionalProperties: false })

const shared = {
  tag: INTEGRATIONS,
  access: 'read',
  limit: 'configuration',
  query: NoQuery,
  responses: { 200: { description: 'The integrations', schema: IntegrationList } },
} as const

export const listIntegrations =
  ({ store }: ApiDeps, present: PresentIntegrations) =>
  (app: Api) =>
    app.get(
      '/v1/integrations',
      async ({ caller }) => present(caller, await store.integrations.list(caller.environmentId)),
      declares({
        ...shared,
        operationId: 'IntegrationsController_listIntegrations',
        summary: 'List all integrations',
        description: 'Lists your apps at Slack and Microsoft, newest first, without credentials.',
        sdk: 'integrations.list()',
      }),
    )

export const listActiveIntegrations =
  ({ store }: ApiDeps, present: PresentIntegrations) =>
  (app: Api) =>
    app.get(
      '/v1/integrations/active',
      async ({ caller }) => {
        const all = await store.integrations.list(caller.environmentId)
        return present(
          caller,
          all.filter(({ active }) => active),
        )
      },
      declares({
        ...shared,
        operationId: 'IntegrationsController_getActiveIntegrations',
        summary: 'List active integrations',
        description:
          'Lists the integrations that are `active`. As at Novu, links can be made with the others too.',
        sdk: 'integrations.listActive()',
      }),
    )
