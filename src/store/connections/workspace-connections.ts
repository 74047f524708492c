import { and, asc, eq, exists, getTableColumns, notExists, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { channelConnections, channelEndpoints } from '../schema/channels.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import type { Row } from './connection-rows.ts'

/**
 * Inserts a connection unless the workspace has one, in a single statement: if two users link from
 * a new workspace at the same time, even through two processes, only one connection is created.
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
  const columns = getTableColumns(channelConnections)
  // In the order of the table's columns, in which drizzle lists them before a `select`.
  const values = sql.join(
    rowKeys(columns).map((key) => sql`${sql.param(row[key], columns[key])}`),
    sql`, `,
  )
  return toWrite(
    database.insert(channelConnections).select(sql`select ${values} where ${notExists(known)}`),
  )
}

/** `Object.keys` that keeps the key type. */
const rowKeys = (columns: Record<keyof Row, unknown>): (keyof Row)[] =>
  Object.keys(columns) as (keyof Row)[]

/**
 * The integration's connection for a workspace, as a subquery. If there are several, it prefers the
 * one in which the user is already linked, then the user's own, then one that is shared or has the
 * same subscriber, and last one of another subscriber.
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
