import { Type } from '@sinclair/typebox'
import { namedBy } from '../../domain/identifier.ts'
import * as links from '../../domain/links/make-link.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { change } from '../../http/change.ts'
import { declares, openObject } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { STATE_LIFETIME_MS } from '../../secrets/state.ts'
import { LINK_FIELDS, LINK_RESPONSES, LINKS, linkResponse, recordLink } from './response.ts'

export const ConnectBody = openObject(
  {
    ...LINK_FIELDS,
    subscriberId: Type.Optional(
      Type.String({ description: 'The subscriber that the connection belongs to.' }),
    ),
    connectionIdentifier: Type.Optional(
      namedBy({ description: 'The identifier of an existing connection, or for a new one.' }),
    ),
    scope: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Slack only: the bot scopes. An empty list is passed on unchanged.',
      }),
    ),
    connectionMode: Type.Optional(
      Type.Union([Type.Literal('subscriber'), Type.Literal('shared')], {
        description: '`shared`: the connection belongs to its context, and to no subscriber.',
      }),
    ),
    autoLinkUser: Type.Optional(
      Type.Boolean({
        description:
          'Also link the person who connects the workspace as the subscriber. At Slack, they are ' +
          'asked, and the answer is no unless they change it.',
      }),
    ),
  },
  { title: 'GenerateConnectOauthUrlRequestDto' },
)

export const connect = (deps: ApiDeps) => (app: Api) =>
  app.post(
    '/v1/integrations/channel-connections/oauth',
    ({ body, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: () => links.linkWorkspace(deps, caller, body),
          respond: linkResponse(caller),
          onCommitted: recordLink(deps, { caller, body, set }),
          lifetimeMs: STATE_LIFETIME_MS,
        },
      ),
    declares({
      operationId: 'IntegrationsController_generateConnectOAuthUrl',
      summary: 'Generate OAuth URL for a workspace/tenant connection',
      description:
        'Creates a URL where an administrator connects their workspace: by installing your app in ' +
        'Slack, or by consenting to it in Microsoft Entra. A channel connection is stored afterwards; ' +
        'at Slack, once the administrator has agreed on a page of latch that says who asked. ' +
        'The URL works once, for 5 minutes.',
      tag: LINKS,
      access: 'link',
      limit: 'global',
      body: ConnectBody,
      responses: LINK_RESPONSES,
      example: {
        integrationIdentifier: EXAMPLE.integrationIdentifier,
        subscriberId: 'subscriber-123',
        connectionMode: 'subscriber',
        autoLinkUser: true,
      },
      sdk: 'integrations.generateConnectOAuthUrl($body)',
    }),
  )
