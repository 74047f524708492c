import { and, eq, inArray, or, type SQL, sql } from 'drizzle-orm'
import type { Sealing } from '../../secrets/sealing.ts'
import type { Database } from '../database/client.ts'
import { type IntegrationFilter, whereIntegration } from '../integrations/integration-filter.ts'
import {
  INSTALL_BOT,
  isPendingJob,
  type Pending,
  pendingColumns,
  toPending,
} from '../jobs/pending.ts'
import type { Counts } from '../reading/counts.ts'
import {
  type Page,
  type PageSource,
  type Paging,
  readPage,
  whereIs,
} from '../reading/pagination.ts'
import { channelEndpoints } from '../schema/channels.ts'
import { integrations } from '../schema/core.ts'
import { jobs } from '../schema/internal.ts'
import { type EndpointSecret, openSecret } from './endpoint-secret.ts'

export type EndpointFilter = IntegrationFilter & {
  identifier?: string | undefined
  subscriberId?: string | undefined
  connectionIdentifier?: string | undefined
  /** The exact set, sorted; an empty one matches endpoints without a context. */
  contextKeys?: readonly string[] | undefined
  /** Each in the spellings that it may be stored in; see `chatIdSpellings`. */
  workspaceIds?: readonly string[] | undefined
  chatUserIds?: readonly string[] | undefined
}

export type ListedEndpoint = Omit<
  typeof channelEndpoints.$inferSelect,
  'botProblem' | 'secretSealed'
> & {
  secret: EndpointSecret | null
  /** Why the bot is not installed for a linked user yet; null if it is, or is not needed. */
  pending: Pending | null
  integrationIdentifier: string
  providerId: string
  channel: string
}

export const endpointsWhere = (filter: EndpointFilter): SQL | undefined =>
  and(
    // Without the sign, SQLite would read all endpoints in order to find those of a chat user.
    filter.chatUserIds === undefined
      ? eq(channelEndpoints.environmentId, filter.environmentId)
      : sql`+${channelEndpoints.environmentId} = ${filter.environmentId}`,
    whereIs(channelEndpoints.identifier, filter.identifier),
    whereIs(channelEndpoints.subscriberId, filter.subscriberId),
    whereIs(channelEndpoints.connectionIdentifier, filter.connectionIdentifier),
    whereIs(channelEndpoints.contextKeys, filter.contextKeys),
  )

/** Endpoints, each with the fields shown of its integration. */
export function endpointSource(
  database: Database,
  sealing: Sealing,
  counts: Counts,
): PageSource<ListedEndpoint> {
  const { id, botProblem } = channelEndpoints
  const base = (where: SQL | undefined) =>
    database
      .select({
        endpoint: channelEndpoints,
        integrationIdentifier: integrations.identifier,
        providerId: integrations.providerId,
        channel: integrations.channel,
        job: pendingColumns,
      })
      .from(channelEndpoints)
      .innerJoin(integrations, eq(integrations.id, channelEndpoints.integrationId))
      .leftJoin(jobs, isPendingJob(INSTALL_BOT, { subject: id, problem: botProblem }))
      .where(where)
  return {
    columns: channelEndpoints,
    select: async (where, order, limit) => {
      const rows = await base(where)
        .orderBy(...order)
        .limit(limit)
      return rows.map(
        ({ endpoint: { botProblem: problem, ...endpoint }, job, ...integration }) => ({
          ...openSecret(sealing, endpoint),
          ...integration,
          pending: toPending(problem, job),
        }),
      )
    },
    count: (where, limit) => counts(channelEndpoints, where, limit),
  }
}

export async function pageOfEndpoints(
  database: Database,
  sealing: Sealing,
  counts: Counts,
  filter: EndpointFilter,
  paging: Paging,
): Promise<Page<ListedEndpoint>> {
  const integration = await whereIntegration(
    database,
    channelEndpoints.integrationId,
    filter,
    filter.chatUserIds !== undefined,
  )
  const chatUser = await whereChatUser(database, filter)
  return readPage(
    endpointSource(database, sealing, counts),
    and(endpointsWhere(filter), integration, chatUser),
    paging,
  )
}

/**
 * Builds the condition for a workspace and a chat user. For a workspace alone, its spelling is
 * looked up first: with several, a page of a large workspace would have to sort all of its users.
 */
async function whereChatUser(
  database: Database,
  { environmentId, workspaceIds, chatUserIds }: EndpointFilter,
): Promise<SQL | undefined> {
  const { workspaceId, workspaceAlias, chatUserId } = channelEndpoints
  if (chatUserIds !== undefined) {
    const workspace =
      workspaceIds &&
      or(inArray(workspaceId, [...workspaceIds]), inArray(workspaceAlias, [...workspaceIds]))
    return and(inArray(chatUserId, [...chatUserIds]), workspace)
  }
  if (workspaceIds === undefined) return undefined
  for (const id of workspaceIds) {
    const where = and(eq(channelEndpoints.environmentId, environmentId), eq(workspaceId, id))
    const found = database.select({ id: workspaceId }).from(channelEndpoints).where(where).limit(1)
    if ((await found.get()) !== undefined) return eq(workspaceId, id)
  }
  return sql`0`
}
