import { and, asc, eq, exists, getTableColumns, notExists, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { channelConnections, channelEndpoints } from '../schema/channels.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import type { Row } from './connection-rows.ts'

/**
 * One statement, so that two users who link in a new workspace at the same moment, even through
 * two processes, make one connection between them.
 */
export function insertUnlessWorkspaceIsKnown(database: Database, row: Row): Write {
  const known = database
    .select({ one: sql`1` })
    .from(channelConnections)
    .where(
      and(
        eq(channelConnections.integrationId, row.integrationId),
        eq(channelConnections.workspaceId, row.workspaceId),
      ),
    )
  return insertWhere(database, row, notExists(known))
}

/** Inserts a connection if `condition` holds at that moment, in one statement. */
export function insertWhere(database: Database, row: Row, condition: SQL): Write {
  const columns = getTableColumns(channelConnections)
  // In the order of the table's columns, as drizzle names them in front of a `select`.
  const values = sql.join(
    rowKeys(columns).map((key) => sql`${sql.param(row[key], columns[key])}`),
    sql`, `,
  )
  return toWrite(
    database.insert(channelConnections).select(sql`select ${values} where ${condition}`),
  )
}

/** TypeScript's `Object.keys` forgets what it was given. */
const rowKeys = (columns: Record<keyof Row, unknown>): (keyof Row)[] =>
  Object.keys(columns) as (keyof Row)[]

/**
 * The integration's connection of a workspace, as part of a larger statement. Where there are
 * several, it is the one in which the user is linked already, then the one that is the user's own,
 * then one that is shared or of the same subscriber, and only then somebody else's.
 */
export function connectionOfWorkspace(
  database: Database,
  workspace: { integrationId: string; workspaceId: string },
  user: { subscriberId: string; contextKeys: readonly string[] },
) {
  const { integrationId, workspaceId, subscriberId, contextKeys } = channelConnections
  const linked = database
    .select({ one: sql`1` })
    .from(channelEndpoints)
    .where(
      and(
        eq(channelEndpoints.integrationId, integrationId),
        eq(channelEndpoints.connectionIdentifier, channelConnections.identifier),
        eq(channelEndpoints.subscriberId, user.subscriberId),
        eq(channelEndpoints.contextKeys, user.contextKeys),
        eq(channelEndpoints.kind, 'person'),
      ),
    )
  const isOwn = and(eq(subscriberId, user.subscriberId), eq(contextKeys, user.contextKeys))
  return database
    .select({ identifier: channelConnections.identifier })
    .from(channelConnections)
    .where(and(eq(integrationId, workspace.integrationId), eq(workspaceId, workspace.workspaceId)))
    .orderBy(
      sql`case
        when ${exists(linked)} then 0
        when ${isOwn} then 1
        when ${subscriberId} is null or ${eq(subscriberId, user.subscriberId)} then 2
        else 3
      end`,
      asc(channelConnections.createdAtMs),
      asc(channelConnections.id),
    )
    .limit(1)
}
