import { and, eq, isNotNull, isNull, type SQL } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { type IntegrationFilter, whereIntegration } from '../integrations/integration-filter.ts'
import {
  isPendingJob,
  type Pending,
  PROVE_CONSENT,
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
import { channelConnections } from '../schema/channels.ts'
import { integrations } from '../schema/core.ts'
import { jobs } from '../schema/internal.ts'

export type ConnectionFilter = IntegrationFilter & {
  subscriberId?: string | undefined
  /** `subscriber`: connections of one subscriber; `shared`: connections of none. */
  connectionMode?: 'subscriber' | 'shared' | undefined
  contextKeys?: readonly string[] | undefined
}

type Row = typeof channelConnections.$inferSelect

export type ConnectionRow = Row & {
  integration: { identifier: string; providerId: string; channel: string }
  pending: Pending | null
}

function connectionsWhere(filter: ConnectionFilter): SQL | undefined {
  const { subscriberId } = channelConnections
  const modes = { subscriber: isNotNull(subscriberId), shared: isNull(subscriberId) }
  return and(
    eq(channelConnections.environmentId, filter.environmentId),
    whereIs(subscriberId, filter.subscriberId),
    whereIs(channelConnections.contextKeys, filter.contextKeys),
    filter.connectionMode && modes[filter.connectionMode],
  )
}

/** Connections, each with the fields shown of its integration and its pending consent. */
export function connectionSource(database: Database, counts: Counts): PageSource<ConnectionRow> {
  const { id, consentProblem } = channelConnections
  const base = (where: SQL | undefined) =>
    database
      .select({
        row: channelConnections,
        integration: {
          identifier: integrations.identifier,
          providerId: integrations.providerId,
          channel: integrations.channel,
        },
        job: pendingColumns,
      })
      .from(channelConnections)
      .innerJoin(integrations, eq(integrations.id, channelConnections.integrationId))
      .leftJoin(jobs, isPendingJob(PROVE_CONSENT, { subject: id, problem: consentProblem }))
      .where(where)
  return {
    columns: channelConnections,
    select: async (where, order, limit) => {
      const rows = await base(where)
        .orderBy(...order)
        .limit(limit)
      return rows.map(({ row, integration, job }) => ({
        ...row,
        integration,
        pending: toPending(row.consentProblem, job),
      }))
    },
    count: (where, limit) => counts(channelConnections, where, limit),
  }
}

export async function pageOfConnections(
  database: Database,
  counts: Counts,
  filter: ConnectionFilter,
  paging: Paging,
): Promise<Page<ConnectionRow>> {
  const integration = await whereIntegration(database, channelConnections.integrationId, filter)
  return readPage(
    connectionSource(database, counts),
    and(connectionsWhere(filter), integration),
    paging,
  )
}
