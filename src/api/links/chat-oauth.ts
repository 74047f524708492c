import { type Static, Type } from '@sinclair/typebox'
import { type LinkCaller, linkUser, linkWorkspace } from '../../domain/links/make-link.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { change } from '../../http/change.ts'
import { declares, openObject } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { STATE_LIFETIME_MS } from '../../secrets/state.ts'
import { ConnectBody } from './connect.ts'
import { LinkUserBody } from './link-user.ts'
import { LINK_RESPONSES, LINKS, linkResponse, recordLink } from './response.ts'

const ChatOAuthBody = openObject(
  {
    ...ConnectBody.properties,
    userScope: LinkUserBody.properties.userScope,
    mode: Type.Optional(Type.Union([Type.Literal('connect'), Type.Literal('link_user')])),
  },
  { title: 'GenerateChatOauthUrlRequestDto' },
)

export const chatOAuth = (deps: ApiDeps) => (app: Api) =>
  app.post(
    '/v1/integrations/chat/oauth',
    ({ body, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: () => makeLink(deps, caller, body),
          respond: linkResponse(caller),
          onCommitted: recordLink(deps, { caller, body, set }),
          lifetimeMs: STATE_LIFETIME_MS,
        },
      ),
    declares({
      operationId: 'IntegrationsController_getChatOAuthUrl',
      summary: 'Generate chat OAuth URL',
      description:
        'Replaced by two operations, between which `mode` chooses here: `link_user` links a user, and ' +
        '`connect` (the default) connects a workspace.',
      tag: LINKS,
      deprecated: true,
      access: 'link',
      limit: 'global',
      body: ChatOAuthBody,
      responses: LINK_RESPONSES,
      example: {
        integrationIdentifier: EXAMPLE.integrationIdentifier,
        subscriberId: 'subscriber-123',
        mode: 'link_user',
      },
      sdk: 'integrations.generateChatOAuthUrl($body)',
    }),
  )

async function makeLink(
  deps: ApiDeps,
  caller: LinkCaller,
  { mode, subscriberId, ...body }: Static<typeof ChatOAuthBody>,
) {
  if (mode !== 'link_user') {
    return linkWorkspace(deps, caller, {
      ...body,
      ...(subscriberId !== undefined && { subscriberId }),
    })
  }
  if (!subscriberId) return { kind: 'subscriber_required', for: 'link_user' } as const
  return linkUser(deps, caller, { ...body, subscriberId })
}
