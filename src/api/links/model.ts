import { type Static, Type } from '@sinclair/typebox'
import { ContextPayload } from '../../domain/contexts/payload.ts'
import { openObject } from '../../http/open-object.ts'
import { EXAMPLE } from '../../providers/example.ts'

const ContextHash = Type.String({
  description:
    'Where the integration has `hmac`: hex HMAC-SHA256 of the canonical JSON of `context`, by the API key.',
})

/** The body of `POST /v1/integrations/channel-endpoints/oauth`, as the contract has it. */
export const LinkUserBody = openObject(
  {
    subscriberId: Type.String({
      minLength: 1,
      whenEmpty: 'subscriberId is required for link_user',
      description: 'The subscriber to link to their identity at the provider.',
      examples: ['subscriber-123'],
    }),
    integrationIdentifier: Type.String({
      minLength: 1,
      whenEmpty: 'Integration identifier is required',
      description: 'The `identifier` of an integration.',
      examples: [EXAMPLE.integrationIdentifier],
    }),
    connectionIdentifier: Type.Optional(
      Type.String({
        description:
          'An existing connection of that integration: the user must come from its workspace. ' +
          "Left out, the connection of the user's workspace is used, or made.",
        examples: [EXAMPLE.connectionIdentifier],
      }),
    ),
    context: Type.Optional(ContextPayload),
    contextHash: Type.Optional(ContextHash),
    userScope: Type.Optional(
      Type.Array(Type.String(), {
        description:
          'Slack only. `identity.basic` if left out; an empty list is passed on as it is.',
        examples: [['identity.basic']],
      }),
    ),
  },
  { title: 'GenerateLinkUserOauthUrlRequestDto' },
)
export type LinkUserBody = Static<typeof LinkUserBody>

/** The body of `POST /v1/integrations/channel-connections/oauth`. */
export const ConnectBody = openObject(
  {
    integrationIdentifier: Type.String({
      minLength: 1,
      whenEmpty: 'Integration identifier is required',
      examples: [EXAMPLE.integrationIdentifier],
    }),
    subscriberId: Type.Optional(Type.String({ description: 'For whom the connection is.' })),
    connectionIdentifier: Type.Optional(
      Type.String({ description: 'What the connection is called, or is to be called.' }),
    ),
    context: Type.Optional(ContextPayload),
    contextHash: Type.Optional(ContextHash),
    scope: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Slack only: bot scopes. An empty list is passed on as it is.',
      }),
    ),
    connectionMode: Type.Optional(
      Type.Union([Type.Literal('subscriber'), Type.Literal('shared')], {
        description: '`shared`: the connection belongs to its context, and to no subscriber.',
      }),
    ),
    autoLinkUser: Type.Optional(
      Type.Boolean({ description: 'Link whoever connects as the subscriber, too.' }),
    ),
  },
  { title: 'GenerateConnectOauthUrlRequestDto' },
)
export type ConnectBody = Static<typeof ConnectBody>

/** The body of the deprecated `POST /v1/integrations/chat/oauth`: one for both. */
export const ChatOAuthBody = openObject(
  {
    ...ConnectBody.properties,
    userScope: LinkUserBody.properties.userScope,
    mode: Type.Optional(Type.Union([Type.Literal('connect'), Type.Literal('link_user')])),
  },
  { title: 'GenerateChatOauthUrlRequestDto' },
)
export type ChatOAuthBody = Static<typeof ChatOAuthBody>

export const OAuthUrl = Type.Object(
  { url: Type.String({ description: 'Where to send the user. Valid for 5 minutes.' }) },
  { title: 'GenerateChatOAuthUrlResponseDto' },
)
export type OAuthUrl = Static<typeof OAuthUrl>
