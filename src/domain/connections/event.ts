import type { Connection } from '../../store/connections/connection-rows.ts'
import type { DomainEvent } from '../events/registry.ts'

type Subject = Pick<
  Connection,
  | 'environmentId'
  | 'identifier'
  | 'integrationId'
  | 'subscriberId'
  | 'contextKeys'
  | 'workspaceId'
  | 'workspaceName'
>

type ConnectionEventType = Exclude<
  Extract<DomainEvent['type'], `connection.${string}`>,
  'connection.tokens_read' | 'connection.endpoints_moved'
>

/** Creates an event about a connection. */
export const connectionEvent = (
  type: ConnectionEventType,
  connection: Subject,
  { linkId = null, reason = null }: { linkId?: string | null; reason?: string | null } = {},
): DomainEvent => ({
  type,
  environmentId: connection.environmentId,
  subjectId: connection.identifier,
  subscriberId: connection.subscriberId,
  linkId,
  reason,
  data: {
    integrationId: connection.integrationId,
    contextKeys: [...connection.contextKeys],
    workspaceId: connection.workspaceId,
    workspaceName: connection.workspaceName,
  },
})
