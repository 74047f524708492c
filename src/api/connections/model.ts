import { type Static, Type } from '@sinclair/typebox'
import { ContextPayload } from '../../domain/contexts/payload.ts'
import { listOf } from '../../http/list-of.ts'
import { CONTEXT_KEYS, LIST_PARAMETERS } from '../../http/list-query.ts'
import { openObject } from '../../http/open-object.ts'
import { EXAMPLE } from '../../providers/example.ts'

export const ConnectionParams = Type.Object({
  identifier: Type.String({ minLength: 1, examples: [EXAMPLE.connectionIdentifier] }),
})

const mode = () => Type.Union([Type.Literal('subscriber'), Type.Literal('shared')])

export const ConnectionsQuery = openObject({
  ...LIST_PARAMETERS,
  subscriberId: Type.Optional(Type.String()),
  integrationIdentifier: Type.Optional(Type.String()),
  channel: Type.Optional(Type.String()),
  providerId: Type.Optional(Type.String()),
  connectionMode: Type.Optional(mode()),
  contextKeys: CONTEXT_KEYS,
})
export type ConnectionsQuery = Static<typeof ConnectionsQuery>

export const DeleteConnectionQuery = openObject({
  revoke: Type.Optional(
    Type.Union([Type.Literal('true'), Type.Literal('false')], {
      whenWrong: 'revoke must be true or false',
      description: "`true`: first make the connection's token worthless at the provider (Slack).",
    }),
  ),
})

const Workspace = openObject({
  id: Type.String({ examples: ['T0ACME0001'] }),
  name: Type.Optional(Type.String({ examples: ['Acme Corp'] })),
  botUserId: Type.Optional(Type.String()),
})
const Auth = openObject({
  accessToken: Type.String({ examples: ['xoxb-…'] }),
  refreshToken: Type.Optional(Type.String()),
  expiresAt: Type.Optional(
    Type.String({ format: 'date-time', whenWrong: 'auth.expiresAt must be a valid ISO 8601 date' }),
  ),
  refreshTokenExpiresAt: Type.Optional(Type.String()),
})

export const UpdateConnectionBody = openObject(
  { workspace: Workspace, auth: Auth },
  { title: 'UpdateChannelConnectionRequestDto' },
)
export type UpdateConnectionBody = Static<typeof UpdateConnectionBody>

export const CreateConnectionBody = openObject(
  {
    integrationIdentifier: Type.String({ minLength: 1 }),
    workspace: Workspace,
    auth: Auth,
    identifier: Type.Optional(Type.String({ minLength: 1 })),
    subscriberId: Type.Optional(Type.String()),
    context: Type.Optional(ContextPayload),
    connectionMode: Type.Optional(mode()),
  },
  { title: 'CreateChannelConnectionRequestDto' },
)
export type CreateConnectionBody = Static<typeof CreateConnectionBody>

const textOrNull = Type.Union([Type.String(), Type.Null()])

/** As Novu's SDK parses it; `auth` in clear, because the SDK needs it (decision 14). */
export const ChannelConnection = Type.Object(
  {
    identifier: Type.String(),
    channel: textOrNull,
    providerId: textOrNull,
    integrationIdentifier: textOrNull,
    subscriberId: textOrNull,
    contextKeys: Type.Array(Type.String()),
    workspace: Type.Object({
      id: Type.String(),
      name: Type.Optional(Type.String()),
      botUserId: Type.Optional(Type.String()),
    }),
    auth: Type.Object({
      accessToken: Type.String(),
      refreshToken: Type.Optional(Type.String()),
      expiresAt: Type.Optional(Type.String()),
      refreshTokenExpiresAt: Type.Optional(Type.String()),
    }),
    pending: Type.Optional(
      Type.Object(
        { problem: Type.String(), attempts: Type.Integer(), nextAttemptAt: Type.String() },
        {
          description:
            "There until Microsoft proves the administrator's consent; latch keeps asking.",
        },
      ),
    ),
    createdAt: Type.String(),
    updatedAt: Type.String(),
  },
  { title: 'ChannelConnection' },
)
export type ChannelConnection = Static<typeof ChannelConnection>

export const ChannelConnectionList = listOf(ChannelConnection, 'ListChannelConnectionsResponseDto')
export type ChannelConnectionList = Static<typeof ChannelConnectionList>
