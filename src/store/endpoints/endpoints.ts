import { and, eq, sql } from 'drizzle-orm'
import { connectionOfWorkspace } from '../connections/workspace-connections.ts'
import type { Database } from '../database/client.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { REACH_USER } from '../jobs/pending.ts'
import type { Counts } from '../reading/counts.ts'
import type { Page, Paging } from '../reading/pages.ts'
import { channelEndpoints } from '../schema/channels.ts'
import { expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import {
  type EndpointFilter,
  endpointSource,
  endpointsWhere,
  type ListedEndpoint,
  pageOfEndpoints,
} from './endpoint-pages.ts'

/** Where a subscriber can be reached at a provider; for a linked user, who they are there. */
export type Endpoint = Omit<typeof channelEndpoints.$inferSelect, 'reachProblem'>

/** A linked user; reached unless it says when that is tried next. */
export type LinkedEndpoint = Omit<Endpoint, 'kind' | 'connectionIdentifier'> & {
  reach?: { nextAttemptAtMs: number; problem: string }
}

/** The connection that a linked user belongs to: a named one, or the one of their workspace. */
export type LinkedThrough =
  | { kind: 'named'; identifier: string }
  | { kind: 'workspace'; workspaceId: string }

/** What an endpoint of a person is unique by, where it belongs to a connection. */
export type SameUser = Pick<
  Endpoint,
  'kind' | 'integrationId' | 'connectionIdentifier' | 'subscriberId' | 'contextKeys' | 'type'
>

export type Endpoints = {
  /**
   * The writes of who a subscriber is. Linking again (same integration, connection, subscriber,
   * context and type) keeps the endpoint's identifier and takes the new identity. Whoever cannot be
   * reached yet is tried again.
   */
  link(endpoint: LinkedEndpoint, through: LinkedThrough): readonly Write[]
  insert(endpoint: Endpoint): Write
  /** Gives an endpoint another value of its type. */
  replace(id: string, endpoint: Endpoint['endpoint'], nowMs: number): Write
  delete(id: string): Write
  /**
   * Fails the commit unless the endpoint of that name is in that connection by then. After `link`: who
   * linked at the same moment may have named it, or have made the connection.
   */
  expectLinked(
    endpoint: Pick<Endpoint, 'environmentId' | 'identifier' | 'connectionIdentifier'>,
  ): Write
  /** Fails the commit where the endpoint is gone by then. */
  expectPresent(id: string): Write
  find(environmentId: string, identifier: string): Promise<ListedEndpoint | null>
  /** The endpoint that says who the same subscriber is in the same connection, which is one at most. */
  findSameUser(endpoint: SameUser): Promise<Endpoint | null>
  page(filter: EndpointFilter, paging: Paging): Promise<Page<ListedEndpoint>>
}

export function createEndpoints(
  database: Database,
  counts: Counts,
  jobs: Pick<Jobs, 'scheduleEach'>,
): Endpoints {
  return {
    page: (filter, paging) => pageOfEndpoints(database, counts, filter, paging),
    find: async (environmentId, identifier) => {
      const where = endpointsWhere({ environmentId, identifier })
      const [found = null] = await endpointSource(database, counts).select(where, [], 1)
      return found
    },
    replace: (id, endpoint, updatedAtMs) =>
      toWrite(
        database
          .update(channelEndpoints)
          .set({
            endpoint,
            updatedAtMs,
            reachProblem: null,
          })
          .where(eq(channelEndpoints.id, id)),
      ),
    delete: (id) => toWrite(database.delete(channelEndpoints).where(eq(channelEndpoints.id, id))),
    expectPresent: (id) => expectRow(database, channelEndpoints, eq(channelEndpoints.id, id)),
    expectLinked: ({ environmentId, identifier, connectionIdentifier }) =>
      expectRow(
        database,
        channelEndpoints,
        and(
          eq(channelEndpoints.environmentId, environmentId),
          eq(channelEndpoints.identifier, identifier),
          sql`${channelEndpoints.connectionIdentifier} = ${connectionIdentifier}`,
        ),
      ),
    findSameUser: async ({ kind, connectionIdentifier, ...user }) => {
      if (kind !== 'person' || connectionIdentifier === null) return null
      const found = await database
        .select()
        .from(channelEndpoints)
        .where(
          and(
            eq(channelEndpoints.kind, 'person'),
            eq(channelEndpoints.integrationId, user.integrationId),
            eq(channelEndpoints.connectionIdentifier, connectionIdentifier),
            eq(channelEndpoints.subscriberId, user.subscriberId),
            eq(channelEndpoints.contextKeys, user.contextKeys),
            eq(channelEndpoints.type, user.type),
          ),
        )
        .get()
      return found ?? null
    },
    insert: (endpoint) => toWrite(database.insert(channelEndpoints).values(endpoint)),
    link: ({ reach, ...endpoint }, through) => {
      const { integrationId, subscriberId } = endpoint
      const reachProblem = reach?.problem ?? null
      const connectionIdentifier =
        through.kind === 'named'
          ? through.identifier
          : sql`${connectionOfWorkspace(database, { integrationId, workspaceId: through.workspaceId }, endpoint)}`
      const link = toWrite(
        database
          .insert(channelEndpoints)
          .values({ ...endpoint, reachProblem, kind: 'person', connectionIdentifier })
          .onConflictDoUpdate({
            target: [
              channelEndpoints.integrationId,
              channelEndpoints.connectionIdentifier,
              channelEndpoints.subscriberId,
              channelEndpoints.contextKeys,
              channelEndpoints.type,
            ],
            targetWhere: sql`kind = 'person'`,
            set: {
              endpoint: endpoint.endpoint,
              updatedAtMs: endpoint.updatedAtMs,
              reachProblem,
            },
          }),
      )
      if (reach === undefined) return [link]
      // By what makes it unique: an endpoint that was there has kept its own id.
      const linked = database
        .select({ subject: sql`${channelEndpoints.id}`.as('subject') })
        .from(channelEndpoints)
        .where(
          and(
            eq(channelEndpoints.integrationId, integrationId),
            sql`${channelEndpoints.connectionIdentifier} = ${connectionIdentifier}`,
            eq(channelEndpoints.subscriberId, subscriberId),
            eq(channelEndpoints.contextKeys, endpoint.contextKeys),
            eq(channelEndpoints.type, endpoint.type),
            eq(channelEndpoints.kind, 'person'),
          ),
        )
      const dueAtMs = reach.nextAttemptAtMs
      // Whoever found out that the person cannot be reached has tried it once.
      const retry = jobs.scheduleEach(sql`${linked}`, { kind: REACH_USER, dueAtMs, attempts: 1 })
      return [link, retry]
    },
  }
}
