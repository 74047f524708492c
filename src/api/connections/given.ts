import { readApp } from '../../domain/integrations/app.ts'
import { badRequest } from '../../http/api-error.ts'
import type { Provider } from '../../providers/provider.ts'
import type { ConnectionAuth } from '../../store/connections/connection-auth.ts'
import type { Workspace } from '../../store/connections/connections.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import type { UpdateConnectionBody } from './model.ts'

export const workspaceOf = ({ workspace }: UpdateConnectionBody): Workspace => ({
  workspaceId: workspace.id,
  workspaceName: workspace.name ?? null,
  botUserId: workspace.botUserId ?? null,
})

/**
 * Tokens that a backend brings along. A refresh token must be one that latch can use (novu-behaviour
 * §3.2); without a time it is used at once. Throws 400.
 */
export function readAuth(
  { auth }: UpdateConnectionBody,
  { identifier, providerId, credentials }: Integration,
  provider: Provider | undefined,
  nowMs: number,
): ConnectionAuth {
  const { accessToken, refreshToken, expiresAt, refreshTokenExpiresAt } = auth
  if (refreshToken === undefined) {
    return { accessToken, ...(expiresAt !== undefined && { expiresAt }) }
  }
  if (provider?.connect?.kind !== 'code') {
    throw badRequest(
      'rotation_not_supported',
      `Token rotation is not supported for provider "${providerId}". Remove refreshToken from the ` +
        'connection auth.',
    )
  }
  const { clientId, clientSecret } = readApp(provider, credentials)
  if (clientId === null || clientSecret === null) {
    throw badRequest(
      'integration_without_credentials',
      `Integration "${identifier}" must have clientId and secretKey configured to store a rotating ` +
        'refresh token.',
    )
  }
  return {
    accessToken,
    refreshToken,
    expiresAt: expiresAt ?? new Date(nowMs).toISOString(),
    ...(refreshTokenExpiresAt !== undefined && { refreshTokenExpiresAt }),
  }
}
