import type { Deps } from '../../deps.ts'
import { ApiError, conflict } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import { type Answer, nothing } from '../../http/perform.ts'
import type { ConnectionWithAuth } from '../../store/connections/connections.ts'
import { requireIntegration } from '../integrations/find.ts'
import { findConnection } from './get.ts'
import { readAuth, workspaceOf } from './given.ts'
import type { ChannelConnection, UpdateConnectionBody } from './model.ts'
import { presentConnection } from './present.ts'

/** Replaces workspace and tokens, wholesale. Throws 404 and 400. */
export async function updateConnection(
  deps: Deps,
  caller: Caller,
  identifier: string,
  body: UpdateConnectionBody,
): Promise<Answer<ChannelConnection>> {
  const { store, providers, clock } = deps
  const found = await findConnection(deps, caller, identifier, '"')
  const integration = await requireIntegration(deps, caller, found.integration.identifier)
  const updatedAtMs = clock()
  const auth = readAuth(body, integration, providers.get(integration.providerId), updatedAtMs)
  const workspace = workspaceOf(body)
  const connection = { ...found.connection, ...workspace, updatedAtMs }
  return {
    status: 200,
    body: presentConnection({ ...found, connection, auth, pending: null }),
    writes: [store.connections.replace(connection.id, workspace, auth, updatedAtMs)],
    ifTaken: conflict(
      'connection_of_owner_exists',
      `Another channel connection of integration "${integration.identifier}" is for the same subscriber and context`,
    ),
  }
}

/**
 * Forgets a connection; endpoints that were made through it stay, as at Novu. With `revoke`, its
 * token is made worthless at the provider first. Throws 404, and 502 where that cannot be done: the
 * connection is then still there.
 */
export async function deleteConnection(
  deps: Deps,
  caller: Caller,
  identifier: string,
  revoke: boolean,
): Promise<Answer<null>> {
  const found = await findConnection(deps, caller, identifier)
  if (revoke) await revokeToken(deps, found)
  return nothing([deps.store.connections.delete(found.connection.id)])
}

async function revokeToken(
  { providers, log }: Deps,
  { connection, auth, integration }: ConnectionWithAuth,
): Promise<void> {
  const provider = providers.get(integration.providerId)
  // Without an install there is no token, and an administrator's consent is taken back in Entra.
  if (provider?.connect?.kind !== 'code' || connection.origin === 'identity') return
  const outcome = await provider.connect.revoke(auth.accessToken)
  if (outcome.kind === 'revoked') return
  const why = outcome.kind === 'refused' ? outcome.error : outcome.reason
  log.warn({ connectionId: connection.id, outcome: outcome.kind }, 'a token was not revoked')
  const message = `${provider.title} did not revoke the token: ${why}. The connection is still there.`
  throw new ApiError(502, 'token_not_revoked', message)
}
