import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { channelConnections } from '../schema/channels.ts'
import { toWrite, type Write } from '../writer/writes.ts'

type Row = typeof channelConnections.$inferSelect

/**
 * One statement, so that two users who link in a new workspace at the same moment, even through
 * two processes, make one connection between them.
 */
export function insertUnlessWorkspaceIsKnown(database: Database, row: Row): Write {
  const columns = getTableColumns(channelConnections)
  // In the order of the table's columns, as drizzle names them in front of a `select`.
  const values = sql.join(
    rowKeys(columns).map((key) => sql`${sql.param(row[key], columns[key])}`),
    sql`, `,
  )
  const known = database
    .select({ one: sql`1` })
    .from(channelConnections)
    .where(
      and(
        eq(channelConnections.integrationId, row.integrationId),
        eq(channelConnections.workspaceId, row.workspaceId),
      ),
    )
  return toWrite(
    database.insert(channelConnections).select(sql`select ${values} where not exists ${known}`),
  )
}

/** TypeScript's `Object.keys` forgets what it was given. */
const rowKeys = (columns: Record<keyof Row, unknown>): (keyof Row)[] =>
  Object.keys(columns) as (keyof Row)[]

/**
 * The integration's connection of a workspace, as part of a larger statement. Where there are
 * several, one that is shared or the subscriber's own comes before somebody else's.
 */
export function connectionOfWorkspace(
  database: Database,
  integrationId: string,
  workspaceId: string,
  subscriberId: string,
) {
  const { subscriberId: owner, createdAtMs, id } = channelConnections
  return database
    .select({ identifier: channelConnections.identifier })
    .from(channelConnections)
    .where(
      and(
        eq(channelConnections.integrationId, integrationId),
        eq(channelConnections.workspaceId, workspaceId),
      ),
    )
    .orderBy(
      sql`case ${owner} when ${subscriberId} then 0 else ${owner} is not null end`,
      asc(createdAtMs),
      asc(id),
    )
    .limit(1)
}
