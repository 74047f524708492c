import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Database } from '../database/client.ts'
import { whereIs } from '../reading/pagination.ts'
import { integrations } from '../schema/core.ts'

/** Filters a list by the integrations that its rows belong to. */
export type IntegrationFilter = {
  environmentId: string
  integrationIdentifier?: string | undefined
  channel?: string | undefined
  providerId?: string | undefined
}

/**
 * Builds the condition for an integration filter. The integrations are looked up first: there are
 * few of them, and a condition on the rows' own column can use an index, whereas a join reads every
 * row. `isAlwaysNeeded`: an index begins with the integration, so that all of them must be named.
 */
export async function whereIntegration(
  database: Database,
  column: SQLiteColumn,
  { environmentId, integrationIdentifier, channel, providerId }: IntegrationFilter,
  isAlwaysNeeded = false,
): Promise<SQL | undefined> {
  const isFiltered = [integrationIdentifier, channel, providerId].some((it) => it !== undefined)
  if (!isFiltered && !isAlwaysNeeded) return undefined
  const found = await database
    .select({ id: integrations.id })
    .from(integrations)
    .where(
      and(
        eq(integrations.environmentId, environmentId),
        whereIs(integrations.identifier, integrationIdentifier),
        whereIs(integrations.channel, channel),
        whereIs(integrations.providerId, providerId),
      ),
    )
  const [first, ...others] = found.map(({ id }) => id)
  if (first === undefined) return sql`0`
  return others.length === 0 ? eq(column, first) : inArray(column, [first, ...others])
}
