import { type Static, Type } from '@sinclair/typebox'
import type { AuthRefused } from '../../domain/connections/auth.ts'
import { type ApiError, badRequest, notFound } from '../../http/api-error.ts'
import type { Tag } from '../../http/declares.ts'
import { EXAMPLE } from '../../providers/example.ts'
import type { ConnectionWithAuth } from '../../store/connections/connections.ts'
import { PendingAnswer, presentPending } from '../pending.ts'

export const CHANNEL_CONNECTIONS: Tag = {
  name: 'Channel connections',
  description: 'Workspaces and tenants, and the tokens that apps have in them.',
}

export const ConnectionParams = Type.Object({
  identifier: Type.String({ minLength: 1, examples: [EXAMPLE.connectionIdentifier] }),
})

/** A body to try creating and updating with. */
export const EXAMPLE_CONTENT = {
  workspace: { id: 'T0ACME0001', name: 'Acme Corp' },
  auth: { accessToken: 'xoxb-sandbox' },
}

const textOrNull = Type.Union([Type.String(), Type.Null()])

/** As Novu's SDK parses it, with `auth` in clear: the SDK refuses a connection without tokens. */
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
      Type.Object(PendingAnswer.properties, {
        description:
          "There until Microsoft proves the administrator's consent; latch asks for it for 7 days.",
      }),
    ),
    createdAt: Type.String(),
    updatedAt: Type.String(),
  },
  { title: 'ChannelConnection' },
)
export type ChannelConnection = Static<typeof ChannelConnection>

export const presentConnection = ({
  connection,
  auth,
  pending,
  integration,
}: ConnectionWithAuth): ChannelConnection => ({
  identifier: connection.identifier,
  channel: integration.channel,
  providerId: integration.providerId,
  integrationIdentifier: integration.identifier,
  subscriberId: connection.subscriberId,
  contextKeys: [...connection.contextKeys],
  workspace: {
    id: connection.workspaceId,
    ...(connection.workspaceName !== null && { name: connection.workspaceName }),
    ...(connection.botUserId !== null && { botUserId: connection.botUserId }),
  },
  auth,
  ...(pending !== null && { pending: presentPending(pending) }),
  createdAt: new Date(connection.createdAtMs).toISOString(),
  updatedAt: new Date(connection.updatedAtMs).toISOString(),
})

/** In Novu's words, which have double quotes where a connection is updated. */
export const connectionNotFound = (identifier: string, quote = "'"): ApiError =>
  notFound(
    'connection_not_found',
    `Channel connection with identifier ${quote}${identifier}${quote} not found`,
  )

export const integrationNotFound = (identifier: string): ApiError =>
  notFound('integration_not_found', `Integration not found: ${identifier}`)

export function authRefused(refusal: AuthRefused): ApiError {
  switch (refusal.kind) {
    case 'rotation_not_supported':
      return badRequest(
        refusal.kind,
        `Token rotation is not supported for provider "${refusal.providerId}". Remove refreshToken ` +
          'from the connection auth.',
      )
    case 'integration_without_credentials':
      return badRequest(
        refusal.kind,
        `Integration "${refusal.integrationIdentifier}" must have clientId and secretKey configured ` +
          'to store a rotating refresh token.',
      )
  }
}
