import type { Deps } from '../../deps.ts'
import { notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { ConnectionWithAuth } from '../../store/connections.ts'
import type { ChannelConnection } from './model.ts'

/** Throws 404, in Novu's words with their single quotes. */
export async function findConnection(
  { store }: Deps,
  { environmentId }: Caller,
  identifier: string,
): Promise<ConnectionWithAuth> {
  const found = await store.connections.findWithAuth(environmentId, identifier)
  if (found === null) {
    const message = `Channel connection with identifier '${identifier}' not found`
    throw notFound('connection_not_found', message)
  }
  return found
}

/** One connection, its tokens in clear. Throws 404. */
export async function getConnection(
  deps: Deps,
  caller: Caller,
  identifier: string,
): Promise<ChannelConnection> {
  return presentConnection(await findConnection(deps, caller, identifier))
}

export function presentConnection({
  connection,
  auth,
  pending,
  integration,
}: ConnectionWithAuth): ChannelConnection {
  return {
    identifier: connection.identifier,
    channel: integration.channel,
    providerId: integration.providerId,
    integrationIdentifier: integration.identifier,
    subscriberId: connection.subscriberId,
    contextKeys: [...connection.contextKeys],
    workspace: {
      id: connection.workspaceId,
      ...(connection.workspaceName !== null && { name: connection.workspaceName }),
    },
    auth,
    ...(pending !== null && {
      pending: {
        problem: pending.problem,
        attempts: pending.attempts,
        nextAttemptAt: new Date(pending.nextAttemptAtMs).toISOString(),
      },
    }),
    createdAt: new Date(connection.createdAtMs).toISOString(),
    updatedAt: new Date(connection.updatedAtMs).toISOString(),
  }
}
