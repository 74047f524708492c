import type { ConnectionWithAuth } from '../../store/connections/connections.ts'
import type { ChannelConnection } from './model.ts'

/** A connection, its tokens in clear. */
export function presentConnection({
  connection,
  auth,
  pending,
  integration,
}: Omit<ConnectionWithAuth, 'id'>): ChannelConnection {
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
      ...(connection.botUserId !== null && { botUserId: connection.botUserId }),
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
