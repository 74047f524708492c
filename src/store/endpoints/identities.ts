import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { and, eq, or, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import type { PreparedReads } from '../reading/prepared-reads.ts'
import type { CachedRead, RowCache } from '../reading/row-cache.ts'
import { channelEndpoints } from '../schema/channels.ts'
import { integrations } from '../schema/core.ts'
import type { ReturnedRow } from '../writer/committer.ts'
import type { Endpoint } from './endpoints.ts'

/** A subscriber who is linked to a chat user, by one endpoint. */
export type LinkedSubscriber = Pick<
  Endpoint,
  | 'identifier'
  | 'connectionIdentifier'
  | 'subscriberId'
  | 'contextKeys'
  | 'integrationId'
  | 'verification'
  | 'verifiedAtMs'
  | 'createdAtMs'
  | 'updatedAtMs'
> & { integrationIdentifier: string }

/** In order of creation; never empty. */
export type LinkedSubscribers = readonly LinkedSubscriber[]

export type Identities = {
  /**
   * The subscribers who are linked to a chat user through any integration of a provider; null if
   * nobody is. The ids must be spelt as they are stored. `workspaceId` can be either id of the
   * workspace.
   */
  findLinked: CachedRead<LinkedSubscribers>
}

/** More than the chat users who speak within a minute; about 20 MB if all of them are linked. */
const MAX_CACHED_USERS = 20_000

export function createIdentities(
  database: Database,
  reads: PreparedReads,
  cacheRead: RowCache,
): Identities {
  const { workspaceId, workspaceAlias } = channelEndpoints
  const linked = database
    .select({
      identifier: channelEndpoints.identifier,
      connection: channelEndpoints.connectionIdentifier,
      subscriber: channelEndpoints.subscriberId,
      contexts: channelEndpoints.contextKeys,
      integration: channelEndpoints.integrationId,
      verification: channelEndpoints.verification,
      verified: channelEndpoints.verifiedAtMs,
      created: channelEndpoints.createdAtMs,
      updated: channelEndpoints.updatedAtMs,
      integrationIdentifier: sql`${integrations.identifier}`.as('integration_identifier'),
    })
    .from(integrations)
    .innerJoin(channelEndpoints, eq(channelEndpoints.integrationId, integrations.id))
    .where(
      and(
        eq(integrations.environmentId, sql`?1`),
        eq(integrations.providerId, sql`?2`),
        eq(channelEndpoints.chatUserId, sql`?3`),
        or(eq(workspaceId, sql`?4`), eq(workspaceAlias, sql`?4`)),
      ),
    )
    .toSQL().sql
  const inOrder = (rows: readonly ReturnedRow[]): LinkedSubscribers | null =>
    rows.length === 0 ? null : rows.map(toLinkedSubscriber).sort(byCreation)
  return {
    findLinked: cacheRead(
      ['channel_endpoints', 'integrations'],
      (environmentId, providerId, workspace, userId) => {
        const args = [environmentId, providerId, userId, workspace]
        const found = reads.all({ sql: linked, args })
        return found instanceof Promise ? found.then(inOrder) : inOrder(found)
      },
      MAX_CACHED_USERS,
    ),
  }
}

function toLinkedSubscriber(row: ReturnedRow): LinkedSubscriber {
  const text = (name: string): string => String(row[name])
  const connection = row['connection_identifier'] ?? null
  const verifiedAtMs = row['verified_at_ms'] ?? null
  return {
    identifier: text('identifier'),
    connectionIdentifier: connection === null ? null : String(connection),
    subscriberId: text('subscriber_id'),
    contextKeys: readKeys(text('context_keys')),
    integrationId: text('integration_id'),
    verification: readVerification(text('verification')),
    verifiedAtMs: verifiedAtMs === null ? null : Number(verifiedAtMs),
    createdAtMs: Number(row['created_at_ms']),
    updatedAtMs: Number(row['updated_at_ms']),
    integrationIdentifier: text('integration_identifier'),
  }
}

/** One that this version does not know proves nothing to it. */
const readVerification = (stored: string): LinkedSubscriber['verification'] =>
  channelEndpoints.verification.enumValues.find((known) => known === stored) ?? 'none'

const ContextKeys = Type.Array(Type.String())

/** Most links have no context; parsing takes a tenth of a look-up. */
const readKeys = (json: string): readonly string[] =>
  json === '[]' ? [] : Value.Parse(ContextKeys, JSON.parse(json))

const byCreation = (one: LinkedSubscriber, other: LinkedSubscriber): number =>
  one.createdAtMs - other.createdAtMs || (one.identifier < other.identifier ? -1 : 1)
