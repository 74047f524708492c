import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import { type Connection, toConnection } from './connections/connection-rows.ts'
import type { Database } from './database/client.ts'
import type { EndpointRow } from './endpoints/endpoints.ts'
import { channelConnections, channelEndpoints } from './schema/channels.ts'
import { expectation } from './writer/expectations.ts'
import { toWrite, type Write } from './writer/writes.ts'

/** The record that rows belong to, and with which they are deleted. */
export type Parent = { environmentId: string } & (
  | { integrationId: string }
  /** The company's id of a subscriber, whose endpoints are deleted with them. */
  | { subscriberId: string }
)

/** The rows of one table that are deleted with the record that they belong to. */
export type Dependents<Row extends { id: string }> = {
  /** Reads up to `limit` rows. */
  of(parent: Parent, limit: number): Promise<Row[]>
  /** Fails the commit unless exactly these rows exist. */
  expectOnly(parent: Parent, rows: readonly Row[]): Write
  /** Fails the commit unless all of these rows exist. */
  expectAll(rows: readonly Row[]): Write
  delete(rows: readonly Row[]): Write
}

type Table = typeof channelEndpoints | typeof channelConnections

export const createDependentEndpoints = (database: Database): Dependents<EndpointRow> => ({
  of: (parent, limit) =>
    database
      .select()
      .from(channelEndpoints)
      .where(belongsTo(channelEndpoints, parent))
      .orderBy(asc(channelEndpoints.id))
      .limit(limit),
  ...changesOf(database, channelEndpoints),
})

export const createDependentConnections = (database: Database): Dependents<Connection> => ({
  of: async (parent, limit) => {
    const rows = await database
      .select()
      .from(channelConnections)
      .where(belongsTo(channelConnections, parent))
      .orderBy(asc(channelConnections.id))
      .limit(limit)
    return rows.map(toConnection)
  },
  ...changesOf(database, channelConnections),
})

const belongsTo = (table: Table, { environmentId, ...parent }: Parent): SQL | undefined =>
  and(
    eq(table.environmentId, environmentId),
    'integrationId' in parent
      ? eq(table.integrationId, parent.integrationId)
      : eq(table.subscriberId, parent.subscriberId),
  )

function changesOf(database: Database, table: Table): Omit<Dependents<{ id: string }>, 'of'> {
  // A single parameter, because SQLite allows at most 32,766.
  const isOneOf = (rows: readonly { id: string }[]): SQL => {
    const ids = JSON.stringify(rows.map(({ id }) => id))
    return sql`${table.id} in (select value from json_each(${ids}))`
  }
  const areThere = (rows: readonly { id: string }[]): SQL =>
    sql`(select count(*) from ${table} where ${isOneOf(rows)}) = ${rows.length}`
  return {
    expectAll: (rows) => expectation(database, areThere(rows), [table]),
    expectOnly: (parent, rows) => {
      const isOther = and(belongsTo(table, parent), sql`not ${isOneOf(rows)}`)
      const noOthers = sql`not exists (select 1 from ${table} where ${isOther})`
      return expectation(database, sql`${areThere(rows)} and ${noOthers}`, [table])
    },
    delete: (rows) => toWrite(database.delete(table).where(isOneOf(rows))),
  }
}
