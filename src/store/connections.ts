import { and, asc, eq, sql } from 'drizzle-orm'
import type { Sealing } from '../secrets/sealing.ts'
import type { Database } from './client.ts'
import { channelConnections } from './schema.ts'
import { toWrite, type Write } from './writer.ts'

type Row = typeof channelConnections.$inferSelect

/** A workspace (Slack) or tenant (Entra) in which an integration is installed or known. */
export type Connection = Omit<Row, 'authSealed'>
export type ConnectionAuth = { accessToken: string }

export type Connections = {
  find(integrationId: string, identifier: string): Promise<Connection | null>
  /** The write of a new connection; `auth` is sealed. */
  insert(connection: Connection, auth: ConnectionAuth): Write
  /** The same, and nothing at all where the integration has a connection of that workspace. */
  insertIfWorkspaceIsNew(connection: Connection, auth: ConnectionAuth): Write
}

export function createConnections(database: Database, sealing: Sealing): Connections {
  const byIdentifier = database
    .select()
    .from(channelConnections)
    .where(
      and(
        eq(channelConnections.integrationId, sql.placeholder('integrationId')),
        eq(channelConnections.identifier, sql.placeholder('identifier')),
      ),
    )
    .prepare()

  const toRow = (connection: Connection, auth: ConnectionAuth): Row => {
    const place = { table: 'channel_connections', column: 'auth', row: connection.id }
    return { ...connection, authSealed: sealing.seal(JSON.stringify(auth), place) }
  }

  return {
    find: async (integrationId, identifier) => {
      const row = await byIdentifier.get({ integrationId, identifier })
      if (row === undefined) return null
      const { authSealed: _, ...connection } = row
      return connection
    },
    insert: (connection, auth) =>
      toWrite(database.insert(channelConnections).values(toRow(connection, auth))),
    insertIfWorkspaceIsNew: (connection, auth) =>
      insertUnlessWorkspaceIsKnown(database, toRow(connection, auth)),
  }
}

/**
 * One statement, so that two users who link in a new workspace at the same moment, even through
 * two processes, make one connection between them.
 */
function insertUnlessWorkspaceIsKnown(database: Database, row: Row): Write {
  // In the order of the table's columns, as drizzle names them in front of a `select`.
  const values = sql.join(
    [
      sql`${row.id}`,
      sql`${row.environmentId}`,
      sql`${row.integrationId}`,
      sql`${row.identifier}`,
      sql`${row.subscriberId}`,
      sql`${JSON.stringify(row.contextKeys)}`,
      sql`${row.workspaceId}`,
      sql`${row.workspaceName}`,
      sql`${row.authSealed}`,
      sql`${row.createdAtMs}`,
      sql`${row.updatedAtMs}`,
    ],
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
