import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.ts'
import { type AuthRefused, hasToken } from '../../domain/connections/auth.ts'
import { REDACTED, showsSecrets } from '../../domain/environments/key-permissions.ts'
import { type ApiError, badRequest, conflict, notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Tag } from '../../http/declares.ts'
import { EXAMPLE } from '../../providers/example.ts'
import type { ConnectionAuth } from '../../store/connections/connection-auth.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import type { ConnectionWithAuth } from '../../store/connections/connections.ts'
import type { Pending } from '../../store/jobs/pending.ts'
import { PendingState, presentPending } from '../pending.ts'

export const CHANNEL_CONNECTIONS: Tag = {
  name: 'Channel connections',
  description: 'Workspaces and tenants that use your app, with its tokens.',
}

export const ConnectionParams = Type.Object({
  identifier: Type.String({ minLength: 1, examples: [EXAMPLE.connectionIdentifier] }),
})

/** Part of the example bodies for creating and updating. */
export const EXAMPLE_CONTENT = {
  workspace: { id: 'T0ACME0001', name: 'Acme Corp' },
  auth: { accessToken: 'xoxb-sandbox' },
}

const textOrNull = Type.Union([Type.String(), Type.Null()])

/** As Novu's SDK parses it. The SDK requires `auth`, with the token in plain text. */
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
        {
          reason: Type.Union([Type.Literal('consent_pending'), Type.Literal('admin_not_proven')], {
            description:
              "`consent_pending`: until Microsoft confirms that the administrator's consent has taken " +
              'effect; latch retries for 7 days. `admin_not_proven`: until the connection is approved, ' +
              'because whoever consented has not proven to be an administrator. It belongs to nobody, ' +
              'and nobody is linked through it.',
          }),
          ...PendingState.properties,
        },
        { description: 'Present as long as the connection cannot be used.' },
      ),
    ),
    createdAt: Type.String(),
    updatedAt: Type.String(),
  },
  { title: 'ChannelConnection' },
)
export type ChannelConnection = Static<typeof ChannelConnection>

/** A key that may not see tokens gets a placeholder in place of each. */
export const presentConnection = (
  { permissions }: Pick<Caller, 'permissions'>,
  { connection, auth, pending, integration }: ConnectionWithAuth,
): ChannelConnection => ({
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
  auth: showsSecrets(permissions) ? auth : redact(auth),
  ...presentState(connection, pending),
  createdAt: new Date(connection.createdAtMs).toISOString(),
  updatedAt: new Date(connection.updatedAtMs).toISOString(),
})

function presentState(
  { adminProblem }: Connection,
  pending: Pending | null,
): Pick<ChannelConnection, 'pending'> {
  if (adminProblem !== null) {
    return { pending: { reason: 'admin_not_proven', problem: adminProblem, attempts: 0 } }
  }
  return pending === null
    ? {}
    : { pending: { reason: 'consent_pending', ...presentPending(pending) } }
}

/** The connection must be approved before anybody is linked through it. */
export const connectionNotApproved = (identifier: string): ApiError =>
  conflict('connection_not_approved', `Channel connection not approved: ${identifier}`)

/** Counts that a key has read the token of a connection. */
export function noteTokenRead(
  tokenReads: Deps['tokenReads'],
  { environmentId, apiKeyId, permissions }: Caller,
  { connection, auth }: ConnectionWithAuth,
): void {
  if (!showsSecrets(permissions)) return
  const reader = { environmentId, apiKeyId, connectionIdentifier: connection.identifier }
  tokenReads.note(reader, auth.accessToken)
}

/** `identity-only` means that there is no token, so it is not hidden. */
const redact = (auth: ConnectionAuth): ConnectionAuth => ({
  ...auth,
  ...(hasToken(auth) && { accessToken: REDACTED }),
  ...(auth.refreshToken !== undefined && { refreshToken: REDACTED }),
})

/** Novu's message, which has double quotes only when a connection is updated. */
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
