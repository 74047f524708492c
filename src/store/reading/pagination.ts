import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'

export type Paging = {
  limit: number
  orderBy: 'createdAt' | 'updatedAt'
  direction: 'asc' | 'desc'
  /** Where the page starts or ends: a row's id. That row is left out unless `included`. */
  cursor: { kind: 'after' | 'before'; id: string; included: boolean } | null
}

export type Page<Row> = {
  items: readonly Row[]
  hasNext: boolean
  hasPrevious: boolean
  totalCount: number
  totalCountCapped: boolean
}

type Paged = { id: string; createdAtMs: number; updatedAtMs: number }

/** A table, or a join, that can be paged through. */
export type PageSource<Row extends Paged> = {
  columns: { id: SQLiteColumn; createdAtMs: SQLiteColumn; updatedAtMs: SQLiteColumn }
  select(where: SQL | undefined, order: SQL[], limit: number): Promise<Row[]>
  /** Counts the rows that match, up to `limit`. */
  count(where: SQL | undefined, limit: number): Promise<number>
}

const COUNT_CAP = 50_000

/** Keyset pagination by (time, id): a page costs the same wherever it is in the table. */
export async function readPage<Row extends Paged>(
  { columns, select, count }: PageSource<Row>,
  where: SQL | undefined,
  { limit, orderBy, direction, cursor }: Paging,
): Promise<Page<Row>> {
  const [timeOf, time] = [`${orderBy}Ms` as const, columns[`${orderBy}Ms`]]
  const [anchor] = cursor ? await select(and(where, eq(columns.id, cursor.id)), [], 1) : []
  if (cursor !== null && !anchor) return EMPTY_PAGE

  const backwards = cursor?.kind === 'before'
  const ascending = (direction === 'asc') !== backwards
  const order = ascending ? asc : desc
  const beyond = (upwards: boolean, included: boolean): SQL | undefined => {
    if (!anchor) return undefined
    const comparison = sql.raw((upwards ? '>' : '<') + (included ? '=' : ''))
    return sql`(${time}, ${columns.id}) ${comparison} (${anchor[timeOf]}, ${anchor.id})`
  }
  const included = cursor?.included ?? false
  const rows = await select(
    and(where, beyond(ascending, included)),
    [order(time), order(columns.id)],
    limit + 1,
  )
  const [behind] = anchor ? await select(and(where, beyond(!ascending, !included)), [], 1) : []
  const total = await count(where, COUNT_CAP + 1)
  const items = rows.slice(0, limit)
  if (backwards) items.reverse()
  const more = rows.length > limit
  return {
    items,
    hasNext: backwards ? behind !== undefined : more,
    hasPrevious: backwards ? more : behind !== undefined,
    totalCount: Math.min(total, COUNT_CAP),
    totalCountCapped: total > COUNT_CAP,
  }
}

const EMPTY_PAGE = {
  items: [],
  hasNext: false,
  hasPrevious: false,
  totalCount: 0,
  totalCountCapped: false,
} as const

/** A condition for an optional filter. */
export const whereIs = (column: SQLiteColumn, value: unknown): SQL | undefined =>
  value === undefined ? undefined : eq(column, value)
