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

/** A connection that belongs to somebody, and whose endpoints others must not be among. */
type Owned = Pick<
  Connection,
  'integrationId' | 'identifier' | 'workspaceId' | 'subscriberId' | 'contextKeys'
>

/** The endpoints of a connection's subscriber in its contexts; if shared, of all in its contexts. */
const isOwn = ({ subscriberId, contextKeys }: Owned): SQL | undefined =>
  and(
    eq(channelEndpoints.contextKeys, contextKeys),
    subscriberId === null ? undefined : eq(channelEndpoints.subscriberId, subscriberId),
  )

/** The endpoints that belong to a connection by its name, and not to its owner. */
const isOfOthers = (owned: Owned): SQL | undefined => {
  const own = isOwn(owned)
  return and(
    eq(channelEndpoints.integrationId, owned.integrationId),
    eq(channelEndpoints.connectionIdentifier, owned.identifier),
    own && not(own),
  )
}

/** The connection without a token that latch made for a workspace, when somebody linked. */
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
 * Linked users are unique within a connection, so one who is linked in the other connection as well
 * stays where they are.
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

/** Gives a connection the endpoints of its owner that belong to the workspace's identity-only one. */
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
 * Moves the endpoints of others than its owner from a connection to the identity-only connection of
 * its workspace; `fallback` is inserted as that where it is needed and there is none.
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
