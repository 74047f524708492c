import type { Deps } from '../../deps.ts'
import type { ConnectionWithAuth } from '../../store/connections/connections.ts'
import { hasToken } from './auth.ts'

export type Revoked =
  /** The token is revoked, or there is none to revoke. */
  { kind: 'token_revoked' } | { kind: 'token_not_revoked'; provider: string; why: string }

/**
 * Revokes a connection's token at its provider. Whether there is a token to revoke depends on the
 * token itself, not on the connection's origin: an identity-only connection may have been installed
 * since.
 */
export async function revokeToken(
  { providers, log }: Pick<Deps, 'providers' | 'log'>,
  { connection, auth, integration }: ConnectionWithAuth,
): Promise<Revoked> {
  const provider = providers.get(integration.providerId)
  // An administrator's consent can be withdrawn only at the provider, and involves no token.
  if (provider?.connect?.kind !== 'code' || !hasToken(auth)) return { kind: 'token_revoked' }
  const outcome = await provider.connect.revoke(auth.accessToken)
  if (outcome.kind === 'revoked') return { kind: 'token_revoked' }
  log.warn({ connectionId: connection.id, outcome: outcome.kind }, 'a token was not revoked')
  const why = outcome.kind === 'refused' ? outcome.error : outcome.reason
  return { kind: 'token_not_revoked', provider: provider.title, why }
}
