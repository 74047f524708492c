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

export const LinkUserBody = openObject(
  {
    subscriberId: Type.String({
      minLength: 1,
      emptyMessage: 'subscriberId is required for link_user',
      description: 'The subscriber to link to their identity at the provider.',
      examples: ['subscriber-123'],
    }),
    ...LINK_FIELDS,
    connectionIdentifier: Type.Optional(
      namedBy({
        description:
          'An existing connection of that integration: the user must belong to its workspace. If ' +
          "omitted, the connection of the user's workspace is used, or created.",
        examples: [EXAMPLE.connectionIdentifier],
      }),
    ),
    userScope: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Slack only. Default: `identity.basic`. An empty list is passed on unchanged.',
        examples: [['identity.basic']],
      }),
    ),
  },
  { title: 'GenerateLinkUserOauthUrlRequestDto' },
)

export const linkUser = (deps: ApiDeps) => (app: Api) =>
  app.post(
    '/v1/integrations/channel-endpoints/oauth',
    ({ body, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: () => links.linkUser(deps, caller, body),
          respond: linkResponse(caller),
          onCommitted: recordLink(deps, { caller, body, set }),
          lifetimeMs: STATE_LIFETIME_MS,
        },
      ),
    declares({
      operationId: 'IntegrationsController_generateLinkUserOAuthUrl',
      summary: 'Generate OAuth URL to link a subscriber user identity',
      description:
        'Creates a URL where a subscriber consents to be linked to their Slack or Microsoft Teams ' +
        'identity. Open it in their browser. Once they have consented, a channel endpoint of type ' +
        '`slack_user` or `ms_teams_user` is stored. The URL works once, for 5 minutes.\n\n' +
        'Slack: the default scope is `identity.basic`, as at Novu. Slack does not grant it to new apps: ' +
        'include `openid` in `userScope` to use Sign in with Slack instead.',
      tag: LINKS,
      access: 'link',
      limit: 'global',
      body: LinkUserBody,
      responses: LINK_RESPONSES,
      example: {
        subscriberId: 'subscriber-123',
        integrationIdentifier: EXAMPLE.integrationIdentifier,
        connectionIdentifier: EXAMPLE.connectionIdentifier,
        context: { key: 'org-acme' },
        userScope: ['identity.basic'],
      },
      sdk: 'integrations.generateLinkUserOAuthUrl($body)',
    }),
  )
