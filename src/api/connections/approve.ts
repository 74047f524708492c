import * as approvals from '../../domain/connections/approve.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { conflict, notFound } from '../../http/api-error.ts'
import { change, reply } from '../../http/change.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import {
  CHANNEL_CONNECTIONS,
  ChannelConnection,
  ConnectionParams,
  connectionNotFound,
  presentConnection,
} from './response.ts'

export const approveConnection = (deps: ApiDeps) => (app: Api) =>
  app.post(
    '/v1/channel-connections/:identifier/approve',
    ({ params: { identifier }, body, caller, request, set }) => {
      const { environmentId } = caller
      return change(
        deps,
        { request, body, caller, set },
        {
          prepare: () => approvals.checkConsent(deps, environmentId, identifier),
          decide: (consent) =>
            approvals.approveConnection(deps, environmentId, { ...body, identifier }, consent),
          respond: (decided) => {
            switch (decided.kind) {
              case 'accepted':
                return reply(200, presentConnection(caller, decided.value))
              case 'connection_not_found':
                return connectionNotFound(identifier)
              case 'subscriber_not_found':
                return notFound(decided.kind, `Subscriber not found: ${decided.subscriberId}`)
              case 'nothing_to_approve':
                return conflict(
                  decided.kind,
                  `Channel connection '${identifier}' does not wait for approval`,
                )
              case 'other_workspace_approved':
                return conflict(
                  decided.kind,
                  `Channel connection '${identifier}' is for the workspace ${decided.workspaceId}`,
                )
              case 'connection_of_owner_exists':
                return conflict(
                  decided.kind,
                  `The subscriber and context have a channel connection of integration "${decided.integrationIdentifier}" already: ${decided.existing.identifier}`,
                )
            }
          },
        },
      )
    },
    declares({
      operationId: 'ChannelConnectionsController_approveChannelConnection',
      summary: 'Approve a channel connection',
      description:
        'Approves a connection that is `pending` with the reason `admin_not_proven`: whoever consented ' +
        'in the tenant has not proven to be an administrator there. Approve it only if you know who ' +
        'they are and which tenant they belong to, and name that tenant: it may have been replaced since ' +
        'you read it. From then on the connection belongs to its subscriber or its context. An ' +
        'administrator who opens the link needs no approval.',
      tag: CHANNEL_CONNECTIONS,
      access: 'write',
      limit: 'configuration',
      holdsSecrets: true,
      params: ConnectionParams,
      body: approvals.Approval,
      example: { workspaceId: 'T0ACME0001' },
      responses: {
        200: { description: 'The connection', schema: ChannelConnection },
        404: { description: 'No such connection, or its subscriber was deleted' },
        409: {
          description:
            'It does not wait for approval or is for another tenant, or its owner has a connection',
        },
      },
    }),
  )
