import { and, eq, isNotNull, isNull, type SQL } from 'drizzle-orm'
import type { Database } from './client.ts'
import { countRows, type Page, type PageSource, type Paging, readPage, whereIs } from './pages.ts'
import { integrations } from './schema.ts'
import { channelConnections } from './schema-channels.ts'

export type ConnectionFilter = {
  environmentId: string
  subscriberId?: string | undefined
  integrationIdentifier?: string | undefined
  channel?: string | undefined
  providerId?: string | undefined
  /** `subscriber`: those that are somebody's; `shared`: those that are not. */
  connectionMode?: 'subscriber' | 'shared' | undefined
  contextKeys?: readonly string[] | undefined
}

type Row = typeof channelConnections.$inferSelect

export type ConnectionRow = Row & {
  integration: { identifier: string; providerId: string; channel: string }
}

function connectionsWhere(filter: ConnectionFilter): SQL | undefined {
  const { subscriberId } = channelConnections
  const modes = { subscriber: isNotNull(subscriberId), shared: isNull(subscriberId) }
  return and(
    eq(channelConnections.environmentId, filter.environmentId),
    whereIs(subscriberId, filter.subscriberId),
    whereIs(integrations.identifier, filter.integrationIdentifier),
    whereIs(integrations.channel, filter.channel),
    whereIs(integrations.providerId, filter.providerId),
    whereIs(channelConnections.contextKeys, filter.contextKeys),
    filter.connectionMode && modes[filter.connectionMode],
  )
}

/** Connections, each with what is shown of its integration. */
export function connectionSource(database: Database): PageSource<ConnectionRow> {
  const base = (where: SQL | undefined) =>
    database
      .select({
        row: channelConnections,
        integration: {
          identifier: integrations.identifier,
          providerId: integrations.providerId,
          channel: integrations.channel,
        },
      })
      .from(channelConnections)
      .innerJoin(integrations, eq(integrations.id, channelConnections.integrationId))
      .where(where)
  return {
    columns: channelConnections,
    select: async (where, order, limit) => {
      const rows = await base(where)
        .orderBy(...order)
        .limit(limit)
      return rows.map(({ row, integration }) => ({ ...row, integration }))
    },
    count: (where, limit) => countRows(database, base(where).limit(limit).as('capped')),
  }
}

export const pageOfConnections = (
  database: Database,
  filter: ConnectionFilter,
  paging: Paging,
): Promise<Page<ConnectionRow>> =>
  readPage(connectionSource(database), connectionsWhere(filter), paging)
