import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from './client.ts'
import { channelEndpoints, integrations } from './schema.ts'

export type EndpointFilter = {
  environmentId: string
  subscriberId?: string | undefined
  integrationIdentifier?: string | undefined
  connectionIdentifier?: string | undefined
  channel?: string | undefined
  providerId?: string | undefined
  /** The exact set, sorted; an empty one finds the endpoints that have no context. */
  contextKeys?: readonly string[] | undefined
}

export type EndpointQuery = {
  filter: EndpointFilter
  limit: number
  orderBy: 'createdAt' | 'updatedAt'
  direction: 'asc' | 'desc'
  /** Where the page starts or ends: the id of an endpoint, itself left out unless included. */
  cursor: { kind: 'after' | 'before'; id: string; included: boolean } | null
}

export type ListedEndpoint = typeof channelEndpoints.$inferSelect & {
  integrationIdentifier: string
  providerId: string
  channel: string
}

export type EndpointPage = {
  items: readonly ListedEndpoint[]
  hasNext: boolean
  hasPrevious: boolean
  totalCount: number
  totalCountCapped: boolean
}

const COUNT_CAP = 50_000

const EMPTY_PAGE: EndpointPage = {
  items: [],
  hasNext: false,
  hasPrevious: false,
  totalCount: 0,
  totalCountCapped: false,
}

function matching(filter: EndpointFilter): SQL | undefined {
  const is = (column: Parameters<typeof eq>[0], value: string | undefined) =>
    value === undefined ? undefined : eq(column, value)
  return and(
    eq(channelEndpoints.environmentId, filter.environmentId),
    is(channelEndpoints.subscriberId, filter.subscriberId),
    is(channelEndpoints.connectionIdentifier, filter.connectionIdentifier),
    is(integrations.identifier, filter.integrationIdentifier),
    is(integrations.channel, filter.channel),
    is(integrations.providerId, filter.providerId),
    filter.contextKeys && eq(channelEndpoints.contextKeys, filter.contextKeys),
  )
}

/** Pages by keyset, (time, id): a page costs the same wherever it is in the table. */
export function createEndpointPages(
  database: Database,
): (query: EndpointQuery) => Promise<EndpointPage> {
  const select = (where: SQL | undefined) =>
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

  async function count(filter: EndpointFilter): Promise<number> {
    const capped = select(matching(filter))
      .limit(COUNT_CAP + 1)
      .as('capped')
    const row = await database.select({ count: sql<number>`count(*)` }).from(capped).get()
    return row?.count ?? 0
  }

  return async function page({ filter, limit, orderBy, direction, cursor }) {
    const time = channelEndpoints[`${orderBy}Ms`]
    const where = matching(filter)
    const anchor = cursor && (await select(and(where, eq(channelEndpoints.id, cursor.id))).get())
    if (cursor !== null && !anchor) return EMPTY_PAGE

    const backwards = cursor?.kind === 'before'
    const ascending = (direction === 'asc') !== backwards
    const order = ascending ? asc : desc
    const beyond = (upwards: boolean, included: boolean): SQL | undefined => {
      if (!anchor) return undefined
      const comparison = sql.raw((upwards ? '>' : '<') + (included ? '=' : ''))
      const { id } = anchor.endpoint
      return sql`(${time}, ${channelEndpoints.id}) ${comparison} (${anchor.endpoint[`${orderBy}Ms`]}, ${id})`
    }

    const rows = await select(and(where, beyond(ascending, cursor?.included ?? false)))
      .orderBy(order(time), order(channelEndpoints.id))
      .limit(limit + 1)
    const shown = rows.slice(0, limit)
    const behind =
      anchor &&
      (await select(and(where, beyond(!ascending, !(cursor?.included ?? false))))
        .limit(1)
        .get())
    const total = await count(filter)
    if (backwards) shown.reverse()
    const more = rows.length > limit
    return {
      items: shown.map(({ endpoint, ...integration }) => ({ ...endpoint, ...integration })),
      hasNext: backwards ? behind !== undefined : more,
      hasPrevious: backwards ? more : Boolean(behind),
      totalCount: Math.min(total, COUNT_CAP),
      totalCountCapped: total > COUNT_CAP,
    }
  }
}
