import { and, asc, eq, exists, getTableColumns, isNull, or, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { channelConnections, channelEndpoints } from '../schema/channels.ts'

/** A workspace as an integration sees it. */
export type IntegrationWorkspace = { integrationId: string; workspaceId: string }

/** Whom a link is for. */
export type LinkedUser = { subscriberId: string; contextKeys: readonly string[] }

/**
 * The connection of a workspace in which a user is linked if the link names none, as a subquery: the
 * one in which they are linked already; otherwise their own, one that is shared in their contexts,
 * or one without an owner, which is identity-only. Never one that is pending, because nobody has
 * proven to have authority over its workspace, and never one of another subscriber or of other
 * contexts: whoever got that one would see messages and tokens that concern others.
 */
export function connectionOfWorkspace(
  database: Database,
  workspace: IntegrationWorkspace,
  user: LinkedUser,
) {
  const { integrationId, workspaceId, subscriberId, contextKeys } = channelConnections
  const linked = exists(
    database
      .select({ one: sql`1` })
      .from(channelEndpoints)
      .where(
        and(
          eq(channelEndpoints.integrationId, integrationId),
          eq(channelEndpoints.connectionIdentifier, channelConnections.identifier),
          eq(channelEndpoints.subscriberId, user.subscriberId),
          eq(channelEndpoints.contextKeys, user.contextKeys),
          eq(channelEndpoints.kind, 'person'),
        ),
      ),
  )
  const isInContexts = eq(contextKeys, user.contextKeys)
  const isOwn = and(eq(subscriberId, user.subscriberId), isInContexts)
  const isShared = and(isNull(subscriberId), isInContexts)
  const isWithoutOwner = and(isNull(subscriberId), eq(contextKeys, []))
  const isUsable = and(
    isNull(channelConnections.consentProblem),
    or(isOwn, isShared, isWithoutOwner),
  )
  return database
    .select(getTableColumns(channelConnections))
    .from(channelConnections)
    .where(
      and(
        eq(integrationId, workspace.integrationId),
        eq(workspaceId, workspace.workspaceId),
        isNull(channelConnections.adminProblem),
        or(linked, isUsable),
      ),
    )
    .orderBy(
      sql`case when ${linked} then 0 when ${isOwn} then 1 when ${isShared} then 2 else 3 end`,
      asc(channelConnections.createdAtMs),
      asc(channelConnections.id),
    )
    .limit(1)
}
