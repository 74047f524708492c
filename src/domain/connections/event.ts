import type { ConnectionAuth } from '../../store/connections/connection-auth.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import { changedNames, differences } from '../events/differences.ts'
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
  | 'connection.tokens_read'
  | 'connection.endpoints_moved'
  | 'connection.updated'
  | 'connection.connected_again'
  | 'connection.approval_requested'
>

const dataOf = ({ integrationId, contextKeys, workspaceId, workspaceName }: Subject) => ({
  integrationId,
  contextKeys: [...contextKeys],
  workspaceId,
  workspaceName,
})

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
  data: dataOf(connection),
})

/** Creates the event of a connection that an operator has to approve. */
export const approvalRequested = (
  connection: Subject,
  { linkId, problem }: { linkId: string; problem: string },
): DomainEvent => ({
  type: 'connection.approval_requested',
  environmentId: connection.environmentId,
  subjectId: connection.identifier,
  subscriberId: connection.subscriberId,
  linkId,
  reason: 'admin_not_proven',
  data: { ...dataOf(connection), problem },
})

/** Creates the event that tells the owner of a connection that its tenant has another one now. */
export const connectedAgain = (
  connection: Subject,
  { linkId, other }: { linkId: string; other: Subject },
): DomainEvent => ({
  type: 'connection.connected_again',
  environmentId: connection.environmentId,
  subjectId: connection.identifier,
  subscriberId: connection.subscriberId,
  linkId,
  data: { ...dataOf(connection), otherConnectionIdentifier: other.identifier },
})

const fieldsOf = ({ contextKeys, workspaceId, workspaceName, botUserId }: Connection) => ({
  contextKeys: [...contextKeys],
  workspaceId,
  workspaceName,
  botUserId,
})

/** The differences between a connection before and after a change, without its tokens. */
export const connectionChanges = (was: Connection, is: Connection) => ({
  before: differences(fieldsOf(was), fieldsOf(is)),
  after: differences(fieldsOf(is), fieldsOf(was)),
})

type WithAuth = { connection: Connection; auth: ConnectionAuth }

const tokensOf = ({ accessToken, refreshToken }: ConnectionAuth) => ({ accessToken, refreshToken })

/** Creates the event of a connection whose workspace and tokens were replaced. */
export const connectionUpdated = (was: WithAuth, is: WithAuth): DomainEvent => ({
  type: 'connection.updated',
  environmentId: is.connection.environmentId,
  subjectId: is.connection.identifier,
  subscriberId: is.connection.subscriberId,
  data: {
    ...dataOf(is.connection),
    ...connectionChanges(was.connection, is.connection),
    changedSecrets: changedNames(tokensOf(was.auth), tokensOf(is.auth)),
  },
})
