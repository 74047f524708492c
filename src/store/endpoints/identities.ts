import { and, asc, eq, or, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import type { CachedRead, RowCache } from '../reading/row-cache.ts'
import { channelEndpoints } from '../schema/channels.ts'
import { integrations } from '../schema/core.ts'
import type { Endpoint } from './endpoints.ts'

/** A subscriber who is linked to a chat user, by one endpoint. */
export type LinkedSubscriber = Pick<
  Endpoint,
  | 'identifier'
  | 'connectionIdentifier'
  | 'subscriberId'
  | 'contextKeys'
  | 'integrationId'
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

export function createIdentities(database: Database, cacheRead: RowCache): Identities {
  const { workspaceId, workspaceAlias } = channelEndpoints
  const linked = database
    .select({
      identifier: channelEndpoints.identifier,
      connectionIdentifier: channelEndpoints.connectionIdentifier,
      subscriberId: channelEndpoints.subscriberId,
      contextKeys: channelEndpoints.contextKeys,
      integrationId: channelEndpoints.integrationId,
      createdAtMs: channelEndpoints.createdAtMs,
      updatedAtMs: channelEndpoints.updatedAtMs,
      integrationIdentifier: integrations.identifier,
    })
    .from(integrations)
    .innerJoin(channelEndpoints, eq(channelEndpoints.integrationId, integrations.id))
    .where(
      and(
        eq(integrations.environmentId, sql.placeholder('environmentId')),
        eq(integrations.providerId, sql.placeholder('providerId')),
        eq(channelEndpoints.chatUserId, sql.placeholder('userId')),
        or(
          eq(workspaceId, sql.placeholder('workspaceId')),
          eq(workspaceAlias, sql.placeholder('workspaceId')),
        ),
      ),
    )
    .orderBy(asc(channelEndpoints.createdAtMs), asc(channelEndpoints.id))
    .prepare()
  return {
    findLinked: cacheRead(
      ['channel_endpoints', 'integrations'],
      async (environmentId, providerId, workspace, userId) => {
        const found = await linked.all({
          environmentId,
          providerId,
          workspaceId: workspace,
          userId,
        })
        return found.length === 0 ? null : found
      },
      MAX_CACHED_USERS,
    ),
  }
}
