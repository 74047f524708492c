import { getTableName } from 'drizzle-orm'
import { getTableConfig, type SQLiteColumn, type SQLiteTable, text } from 'drizzle-orm/sqlite-core'
import type { Place } from '../../secrets/sealing.ts'

const SUFFIX = '_sealed'

/**
 * A column whose values are sealed with the secret key. Its name ends in `_sealed`, so that the
 * code that checks and re-seals all sealed values can find it.
 */
export const sealed = (name: string) => text(name + SUFFIX)

/** Returns a function from a row to the place of its sealed value, to which the value is bound. */
export const placesOf =
  (value: SQLiteColumn): ((row: string) => Place) =>
  (row) => ({
    table: getTableName(value.table),
    column: value.name.slice(0, -SUFFIX.length),
    row,
  })

/** A sealed column, and the column that identifies its rows. */
export type SealedColumn = { table: SQLiteTable; row: SQLiteColumn; value: SQLiteColumn }

/** Sorted by table name, so that the order is the same in every process. */
export const sealedColumnsOf = (tables: readonly SQLiteTable[]): SealedColumn[] =>
  tables
    .toSorted((one, other) => (getTableName(one) < getTableName(other) ? -1 : 1))
    .flatMap((table) => {
      const { columns } = getTableConfig(table)
      return columns
        .filter(({ name }) => name.endsWith(SUFFIX))
        .map((value) => ({ table, row: rowOf(table, columns), value }))
    })

/** A sealed value is bound to its row by the primary key, which must be a single column. */
function rowOf(table: SQLiteTable, columns: readonly SQLiteColumn[]): SQLiteColumn {
  const row = columns.find(({ primary }) => primary)
  if (row !== undefined) return row
  throw new Error(`${getTableName(table)} has sealed values but no single-column primary key`)
}
