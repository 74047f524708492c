import type { Deps } from '../../deps.ts'
import type { Connection, ConnectionOwner } from '../../store/connections/connection-rows.ts'
import { freshRow } from '../../store/fresh-row.ts'
import { accept, type Decision } from '../decision.ts'
import { approvalRequested } from './event.ts'
import type { Install } from './install.ts'

/** There is a connection already, which a person without proof may not replace. */
export type Occupied = { kind: 'occupied' }

/**
 * Stores the connection of a consent by someone who has not proven to be an administrator, for an
 * operator to approve. It may replace only another one of the same owner that waits for approval: it
 * owns nothing, takes over nobody, and stands in nobody's way.
 */
export async function storeUnapproved(
  deps: Pick<Deps, 'store' | 'random' | 'clock'>,
  { environmentId, integrationId, identifier, owner, workspace, auth, linkId }: Install,
  adminProblem: string,
): Promise<Decision<Connection, Occupied>> {
  const { connections, connectionApprovals } = deps.store
  const own = await connections.findByOwner(integrationId, owner)
  const existing =
    identifier === null
      ? await connectionApprovals.findOf(integrationId, owner)
      : await connections.find(integrationId, identifier)
  const isFree = existing === null || (existing.adminProblem !== null && isOf(existing, owner))
  if (own !== null || !isFree) return { kind: 'occupied' }
  const fresh = freshRow(deps, environmentId)
  const connection: Connection = {
    ...(existing ?? {
      ...fresh,
      integrationId,
      identifier: identifier ?? `chconn_${deps.random.identifier()}`,
      subscriberId: owner.subscriberId,
      contextKeys: [...owner.contextKeys],
      origin: 'install',
    }),
    ...workspace,
    adminProblem,
    updatedAtMs: fresh.updatedAtMs,
  }
  return accept(connection, {
    expects:
      existing === null
        ? []
        : [connections.expectSame(existing), connectionApprovals.expect(existing)],
    writes:
      existing === null
        ? connections.insert(connection, auth)
        : connections.install(connection, auth),
    events: [approvalRequested(connection, { linkId, problem: adminProblem })],
  })
}

const isOf = (connection: Connection, owner: ConnectionOwner): boolean =>
  connection.subscriberId === owner.subscriberId &&
  JSON.stringify(connection.contextKeys) === JSON.stringify(owner.contextKeys)
