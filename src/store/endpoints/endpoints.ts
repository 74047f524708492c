import { and, eq, sql } from 'drizzle-orm'
import type { Sealing } from '../../secrets/sealing.ts'
import type { Database } from '../database/client.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { INSTALL_BOT } from '../jobs/pending.ts'
import type { Counts } from '../reading/counts.ts'
import type { Page, Paging } from '../reading/pagination.ts'
import { channelEndpoints } from '../schema/channels.ts'
import { expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import {
  type EndpointFilter,
  endpointSource,
  endpointsWhere,
  type ListedEndpoint,
  pageOfEndpoints,
} from './endpoint-list.ts'
import { type EndpointSecret, openSecret, sealSecret } from './endpoint-secret.ts'

/** Where a subscriber can be reached at a provider; for a linked user, their identity there. */
export type Endpoint = Omit<typeof channelEndpoints.$inferSelect, 'botProblem' | 'secretSealed'> & {
  /** The secret fields of the value, which are not in `endpoint`. */
  secret: EndpointSecret | null
}

/** A stored endpoint with its secret still sealed, which is enough to identify it. */
export type EndpointRow = Omit<typeof channelEndpoints.$inferSelect, 'botProblem'>

/** An endpoint's value, with its secret fields apart. */
export type EndpointValue = Pick<Endpoint, 'endpoint' | 'secret'>

/** A linked user. `botRetry` is set if the bot could not be installed, and has the next attempt. */
export type LinkedEndpoint = Omit<Endpoint, 'kind' | 'secret'> & {
  botRetry?: { nextAttemptAtMs: number; problem: string }
}

/** The columns of an endpoint that say for which chat user it stands; null for a destination. */
export type ChatUserColumns = Pick<Endpoint, 'workspaceId' | 'workspaceAlias' | 'chatUserId'>

/** How and when it was made sure that the chat user is the subscriber. */
export type VerificationColumns = Pick<Endpoint, 'verification' | 'verifiedAtMs'>

/** An endpoint's value, with the chat user that it stands for. */
export type ReplacedValue = EndpointValue & ChatUserColumns & VerificationColumns

/** The fields that identify the endpoint of a linked user within a connection. */
export type SameUser = Pick<
  Endpoint,
  'kind' | 'integrationId' | 'connectionIdentifier' | 'subscriberId' | 'contextKeys' | 'type'
>

export type Endpoints = {
  /**
   * The writes that link a subscriber. Linking again (same integration, connection, subscriber,
   * context and type) keeps the endpoint's identifier and updates the identity. If the user cannot
   * be reached yet, a retry is scheduled.
   */
  link(endpoint: LinkedEndpoint): readonly Write[]
  insert(endpoint: Endpoint): Write
  /** Replaces an endpoint's value with another of the same type. */
  replace(id: string, value: ReplacedValue, nowMs: number): Write
  /** A page of webhook endpoints from versions that did not seal secrets. */
  unsealed(limit: number): Promise<Pick<Endpoint, 'id' | 'type' | 'endpoint'>[]>
  /** Seals the secret of an endpoint that is not sealed yet. */
  seal(id: string, value: EndpointValue): Write
  delete(id: string): Write
  /**
   * Fails the commit unless the endpoint with this identifier is in this connection. Use it after
   * `link`: a link made at the same moment may have given the endpoint another identifier, or
   * created the connection.
   */
  expectLinked(
    endpoint: Pick<Endpoint, 'environmentId' | 'identifier' | 'connectionIdentifier'>,
  ): Write
  /** Fails the commit unless the endpoint exists and has this value; its secret may differ. */
  expectValue(read: Pick<Endpoint, 'id' | 'endpoint'>): Write
  /** Fails the commit if the endpoint no longer exists. */
  expectPresent(id: string): Write
  find(environmentId: string, identifier: string): Promise<ListedEndpoint | null>
  /** The endpoint of the same linked user in the same connection; there is at most one. */
  findSameUser(endpoint: SameUser): Promise<Endpoint | null>
  page(filter: EndpointFilter, paging: Paging): Promise<Page<ListedEndpoint>>
}

/** Must have the exact expression of the index, or SQLite does not use it. */
const isUnsealed = sql`type = 'webhook' and secret_sealed is null`

export function createEndpoints(
  database: Database,
  sealing: Sealing,
  counts: Counts,
  jobs: Pick<Jobs, 'scheduleEach'>,
): Endpoints {
  return {
    page: (filter, paging) => pageOfEndpoints(database, sealing, counts, filter, paging),
    find: async (environmentId, identifier) => {
      const where = endpointsWhere({ environmentId, identifier })
      const [found = null] = await endpointSource(database, sealing, counts).select(where, [], 1)
      return found
    },
    unsealed: (limit) =>
      database
        .select({
          id: channelEndpoints.id,
          type: channelEndpoints.type,
          endpoint: channelEndpoints.endpoint,
        })
        .from(channelEndpoints)
        .where(isUnsealed)
        .limit(limit),
    seal: (id, { endpoint, secret }) =>
      toWrite(
        database
          .update(channelEndpoints)
          .set({ endpoint, secretSealed: sealSecret(sealing, id, secret) })
          .where(and(eq(channelEndpoints.id, id), isUnsealed)),
      ),
    replace: (id, { endpoint, secret, ...replaced }, updatedAtMs) =>
      toWrite(
        database
          .update(channelEndpoints)
          .set({
            endpoint,
            workspaceId: replaced.workspaceId,
            workspaceAlias: replaced.workspaceAlias,
            chatUserId: replaced.chatUserId,
            verification: replaced.verification,
            verifiedAtMs: replaced.verifiedAtMs,
            secretSealed: sealSecret(sealing, id, secret),
            updatedAtMs,
            botProblem: null,
          })
          .where(eq(channelEndpoints.id, id)),
      ),
    delete: (id) => toWrite(database.delete(channelEndpoints).where(eq(channelEndpoints.id, id))),
    expectPresent: (id) => expectRow(database, channelEndpoints, eq(channelEndpoints.id, id)),
    expectValue: ({ id, endpoint }) =>
      expectRow(
        database,
        channelEndpoints,
        and(
          eq(channelEndpoints.id, id),
          sql`json(${channelEndpoints.endpoint}) = json(${JSON.stringify(endpoint)})`,
        ),
      ),
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
      return found === undefined ? null : openSecret(sealing, found)
    },
    insert: ({ secret, ...endpoint }) => {
      const secretSealed = sealSecret(sealing, endpoint.id, secret)
      return toWrite(database.insert(channelEndpoints).values({ ...endpoint, secretSealed }))
    },
    link: ({ botRetry, ...endpoint }) => {
      const { integrationId, subscriberId, connectionIdentifier } = endpoint
      const botProblem = botRetry?.problem ?? null
      const link = toWrite(
        database
          .insert(channelEndpoints)
          .values({ ...endpoint, botProblem, kind: 'person' })
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
              workspaceId: endpoint.workspaceId,
              workspaceAlias: endpoint.workspaceAlias,
              chatUserId: endpoint.chatUserId,
              verification: endpoint.verification,
              verifiedAtMs: endpoint.verifiedAtMs,
              updatedAtMs: endpoint.updatedAtMs,
              botProblem,
            },
          }),
      )
      if (botRetry === undefined) return [link]
      // Select by the unique fields: an existing endpoint has kept its own id.
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
      const dueAtMs = botRetry.nextAttemptAtMs
      // The first attempt was made when the user linked.
      const retry = jobs.scheduleEach(sql`${linked}`, { kind: INSTALL_BOT, dueAtMs, attempts: 1 })
      return [link, retry]
    },
  }
}
