import {
  aliasedTable,
  and,
  asc,
  eq,
  exists,
  ne,
  not,
  notExists,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { channelConnections, channelEndpoints } from '../schema/channels.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import type { Connection, Row } from './connection-rows.ts'
import { insertWhere } from './workspace-connections.ts'

/** The fields of a connection that decide which endpoints belong to its owner. */
type Owned = Pick<
  Connection,
  'integrationId' | 'identifier' | 'workspaceId' | 'subscriberId' | 'contextKeys'
>

/**
 * Matches the endpoints of the connection's subscriber in its contexts; for a shared connection,
 * those of every subscriber in its contexts.
 */
const isOwn = ({ subscriberId, contextKeys }: Owned): SQL | undefined =>
  and(
    eq(channelEndpoints.contextKeys, contextKeys),
    subscriberId === null ? undefined : eq(channelEndpoints.subscriberId, subscriberId),
  )

/** Matches the endpoints that name this connection but do not belong to its owner. */
const isOfOthers = (owned: Owned): SQL | undefined => {
  const own = isOwn(owned)
  return and(
    eq(channelEndpoints.integrationId, owned.integrationId),
    eq(channelEndpoints.connectionIdentifier, owned.identifier),
    own && not(own),
  )
}

/**
 * The workspace's identity-only connection: it has no token, and latch created it when a user
 * linked from there.
 */
const identityOnly = (database: Database, { integrationId, workspaceId }: Owned) =>
  database
    .select({ identifier: channelConnections.identifier })
    .from(channelConnections)
    .where(
      and(
        eq(channelConnections.integrationId, integrationId),
        eq(channelConnections.workspaceId, workspaceId),
        eq(channelConnections.origin, 'identity'),
      ),
    )
    .orderBy(asc(channelConnections.createdAtMs), asc(channelConnections.id))
    .limit(1)

/**
 * Linked users are unique within a connection, so a user who is already linked in the target
 * connection is not moved.
 */
function isFreeIn(database: Database, connectionIdentifier: SQL): SQL | undefined {
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
      ),
    )
  return or(ne(channelEndpoints.kind, 'person'), notExists(sameUser))
}

/**
 * Moves the endpoints of a connection's owner to it from the workspace's identity-only connection.
 */
export function takeOverOwnEndpoints(database: Database, connection: Owned): Write {
  const to = sql`${connection.identifier}`
  return toWrite(
    database
      .update(channelEndpoints)
      .set({ connectionIdentifier: connection.identifier })
      .where(
        and(
          eq(channelEndpoints.integrationId, connection.integrationId),
          eq(channelEndpoints.connectionIdentifier, sql`(${identityOnly(database, connection)})`),
          isOwn(connection),
          isFreeIn(database, to),
        ),
      ),
  )
}

/**
 * Moves the endpoints of subscribers other than the owner from a connection to the identity-only
 * connection of its workspace. If that is needed and does not exist, `fallback` is inserted as it.
 */
export function releaseOthersEndpoints(
  database: Database,
  connection: Owned,
  fallback: Row,
): Write[] {
  const others = database
    .select({ one: sql`1` })
    .from(channelEndpoints)
    .where(isOfOthers(connection))
  const known = identityOnly(database, connection)
  const to = sql`(${known})`
  return [
    insertWhere(database, fallback, sql`${exists(others)} and ${notExists(known)}`),
    toWrite(
      database
        .update(channelEndpoints)
        .set({ connectionIdentifier: to })
        .where(and(isOfOthers(connection), isFreeIn(database, to))),
    ),
  ]
}
