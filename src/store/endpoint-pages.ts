import { and, eq, type SQL } from 'drizzle-orm'
import type { Database } from './client.ts'
import { countRows, type Page, type PageSource, type Paging, readPage, whereIs } from './pages.ts'
import { integrations } from './schema.ts'
import { channelEndpoints } from './schema-channels.ts'

export type EndpointFilter = {
  environmentId: string
  identifier?: string | undefined
  subscriberId?: string | undefined
  integrationIdentifier?: string | undefined
  connectionIdentifier?: string | undefined
  channel?: string | undefined
  providerId?: string | undefined
  /** The exact set, sorted; an empty one finds the endpoints that have no context. */
  contextKeys?: readonly string[] | undefined
}

export type ListedEndpoint = typeof channelEndpoints.$inferSelect & {
  integrationIdentifier: string
  providerId: string
  channel: string
}

export const endpointsWhere = (filter: EndpointFilter): SQL | undefined =>
  and(
    eq(channelEndpoints.environmentId, filter.environmentId),
    whereIs(channelEndpoints.identifier, filter.identifier),
    whereIs(channelEndpoints.subscriberId, filter.subscriberId),
    whereIs(channelEndpoints.connectionIdentifier, filter.connectionIdentifier),
    whereIs(integrations.identifier, filter.integrationIdentifier),
    whereIs(integrations.channel, filter.channel),
    whereIs(integrations.providerId, filter.providerId),
    whereIs(channelEndpoints.contextKeys, filter.contextKeys),
  )

/** Endpoints, each with what is shown of its integration. */
export function endpointSource(database: Database): PageSource<ListedEndpoint> {
  const base = (where: SQL | undefined) =>
    database
      .select({
        endpoint: channelEndpoints,
        integrationIdentifier: integrations.identifier,
        providerId: integrations.providerId,
        channel: integrations.channel,
      })
      .from(channelEndpoints)
      .innerJoin(integrations, eq(integrations.id, channelEndpoints.integrationId))
      .where(where)
  return {
    columns: channelEndpoints,
    select: async (where, order, limit) => {
      const rows = await base(where)
        .orderBy(...order)
        .limit(limit)
      return rows.map(({ endpoint, ...integration }) => ({ ...endpoint, ...integration }))
    },
    count: (where, limit) => countRows(database, base(where).limit(limit).as('capped')),
  }
}

export const pageOfEndpoints = (
  database: Database,
  filter: EndpointFilter,
  paging: Paging,
): Promise<Page<ListedEndpoint>> =>
  readPage(endpointSource(database), endpointsWhere(filter), paging)
