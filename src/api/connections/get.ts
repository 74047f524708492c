import type { Deps } from '../../deps.ts'
import { notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { ChannelConnection } from './model.ts'

/** One connection, its tokens in clear. Throws 404, in Novu's words with their single quotes. */
export async function getConnection(
  { store }: Deps,
  { environmentId }: Caller,
  identifier: string,
): Promise<ChannelConnection> {
  const found = await store.connections.findWithAuth(environmentId, identifier)
  if (found === null) {
    const message = `Channel connection with identifier '${identifier}' not found`
    throw notFound('connection_not_found', message)
  }
  const { connection, auth, integration } = found
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
    createdAt: new Date(connection.createdAtMs).toISOString(),
    updatedAt: new Date(connection.updatedAtMs).toISOString(),
  }
}
