import type { Deps } from '../../deps.ts'
import type { ConnectionWithAuth } from '../../store/connections/connections.ts'
import { hasToken } from './auth.ts'

export type Revoked =
  /** The token is worthless now, or there is none that could be used. */
  { kind: 'token_revoked' } | { kind: 'token_not_revoked'; provider: string; why: string }

/**
 * Makes the token of a connection worthless at its provider. The token itself says whether there is
 * something to revoke, not where the connection came from: one that latch made when somebody linked
 * may have been installed since.
 */
export async function revokeToken(
  { providers, log }: Pick<Deps, 'providers' | 'log'>,
  { connection, auth, integration }: ConnectionWithAuth,
): Promise<Revoked> {
  const provider = providers.get(integration.providerId)
  // An administrator's consent is taken back at the provider, and has no token of the tenant's.
  if (provider?.connect?.kind !== 'code' || !hasToken(auth)) return { kind: 'token_revoked' }
  const outcome = await provider.connect.revoke(auth.accessToken)
  if (outcome.kind === 'revoked') return { kind: 'token_revoked' }
  log.warn({ connectionId: connection.id, outcome: outcome.kind }, 'a token was not revoked')
  const why = outcome.kind === 'refused' ? outcome.error : outcome.reason
  return { kind: 'token_not_revoked', provider: provider.title, why }
}
