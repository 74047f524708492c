import {
  aliasedTable,
  and,
  asc,
  count,
  eq,
  ne,
  not,
  notExists,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import type { EndpointRow } from '../endpoints/endpoints.ts'
import { channelConnections, channelEndpoints } from '../schema/channels.ts'
import { expectation, expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import { type Connection, toConnection } from './connection-rows.ts'

/** The fields of a connection that decide which endpoints belong to its owner. */
export type Owned = Pick<
  Connection,
  'environmentId' | 'integrationId' | 'subscriberId' | 'contextKeys'
>

/**
 * A move of endpoints between two connections, given by their identifiers: either those of `owner`,
 * or all others.
 */
export type Move = { from: string; to: string; owner: Owned; whose: 'owner' | 'others' }

/** The endpoints of a move. `endpoints` is null if there are too many to read. */
export type Movable = { count: number; endpoints: readonly EndpointRow[] | null }

export type ConnectionEndpoints = {
  /**
   * The workspace's identity-only connection, other than the given one: it has no token, and latch
   * created it when a user linked from there.
   */
  findIdentityOnly(connection: Connection): Promise<Connection | null>
  /** Fails the commit unless `findIdentityOnly` would find the same. */
  expectIdentityOnly(connection: Connection, found: Connection | null): Write
  /**
   * Finds the endpoints of a move, and reads them if there are up to `limit`. Linked users are unique
   * within a connection, so a user who is already linked in the target connection is not moved.
   */
  findMovable(move: Move, limit: number): Promise<Movable>
  /** Fails the commit if other endpoints would be moved than were found. */
  expectMovable(move: Move, found: Movable): Write
  move(move: Move): Write
}

/**
 * Matches the endpoints of the connection's subscriber in its contexts; for a shared connection,
 * those of every subscriber in its contexts.
 */
const isOwn = ({ subscriberId, contextKeys }: Owned): SQL | undefined =>
  and(
    eq(channelEndpoints.contextKeys, contextKeys),
    subscriberId === null ? undefined : eq(channelEndpoints.subscriberId, subscriberId),
  )

/** Matches endpoints that are no linked user's, or whose user is not linked in that connection. */
function isFreeIn(database: Database, connectionIdentifier: string): SQL | undefined {
  const there = aliasedTable(channelEndpoints, 'there')
  const sameUser = database
    .select({ one: sql`1` })
    .from(there)
    .where(
      and(
        eq(there.integrationId, channelEndpoints.integrationId),
        eq(there.connectionIdentifier, connectionIdentifier),
        eq(there.subscriberId, channelEndpoints.subscriberId),
        eq(there.contextKeys, channelEndpoints.contextKeys),
        eq(there.type, channelEndpoints.type),
        // Redundant, but lets SQLite use the unique index of linked users.
        eq(there.kind, 'person'),
      ),
    )
  return or(ne(channelEndpoints.kind, 'person'), notExists(sameUser))
}

export function createConnectionEndpoints(database: Database): ConnectionEndpoints {
  const { id, integrationId, workspaceId, origin, createdAtMs } = channelConnections

  const isIdentityOnly = (connection: Connection): SQL | undefined =>
    and(
      eq(integrationId, connection.integrationId),
      eq(workspaceId, connection.workspaceId),
      eq(origin, 'identity'),
      ne(id, connection.id),
    )

  const isMoved = ({ from, to, owner, whose }: Move): SQL | undefined => {
    const own = isOwn(owner)
    return and(
      eq(channelEndpoints.environmentId, owner.environmentId),
      eq(channelEndpoints.connectionIdentifier, from),
      eq(channelEndpoints.integrationId, owner.integrationId),
      whose === 'owner' ? own : own && not(own),
      isFreeIn(database, to),
    )
  }

  return {
    findIdentityOnly: async (connection) => {
      const found = await database
        .select()
        .from(channelConnections)
        .where(isIdentityOnly(connection))
        .orderBy(asc(createdAtMs), asc(id))
        .limit(1)
        .get()
      return found === undefined ? null : toConnection(found)
    },

    expectIdentityOnly: (connection, found) =>
      found === null
        ? expectation(
            database,
            sql`not exists (select 1 from ${channelConnections} where ${isIdentityOnly(connection)})`,
            [channelConnections],
          )
        : expectRow(
            database,
            channelConnections,
            and(eq(id, found.id), isIdentityOnly(connection)),
          ),

    findMovable: async (move, limit) => {
      const where = isMoved(move)
      const rows = await database
        .select()
        .from(channelEndpoints)
        .where(where)
        .orderBy(asc(channelEndpoints.id))
        .limit(limit + 1)
      if (rows.length <= limit) return { count: rows.length, endpoints: rows }
      const all = await database
        .select({ count: count() })
        .from(channelEndpoints)
        .where(where)
        .get()
      return { count: all?.count ?? 0, endpoints: null }
    },

    expectMovable: (move, { count: expected, endpoints }) => {
      const where = isMoved(move)
      const isCount = sql`(select count(*) from ${channelEndpoints} where ${where}) = ${expected}`
      const ids = JSON.stringify(endpoints?.map((endpoint) => endpoint.id) ?? [])
      const isKnown = sql`${channelEndpoints.id} in (select value from json_each(${ids}))`
      const isSame =
        endpoints === null
          ? isCount
          : sql`${isCount} and not exists (select 1 from ${channelEndpoints} where ${where} and not ${isKnown})`
      return expectation(database, isSame, [channelEndpoints])
    },

    move: (move) =>
      toWrite(
        database
          .update(channelEndpoints)
          .set({ connectionIdentifier: move.to })
          .where(isMoved(move)),
      ),
  }
}
