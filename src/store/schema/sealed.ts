import { getTableName } from 'drizzle-orm'
import { getTableConfig, type SQLiteColumn, type SQLiteTable, text } from 'drizzle-orm/sqlite-core'
import type { Place } from '../../secrets/sealing.ts'

const SUFFIX = '_sealed'

/**
 * A column whose values are sealed with the secret key. Its name ends in `_sealed`, by which those who
 * check and renew all sealed values find it.
 */
export const sealed = (name: string) => text(name + SUFFIX)

/** Answers what names the place of a sealed value, by its row: the value opens there and nowhere else. */
export const placesOf =
  (value: SQLiteColumn): ((row: string) => Place) =>
  (row) => ({
    table: getTableName(value.table),
    column: value.name.slice(0, -SUFFIX.length),
    row,
  })

/** A sealed column, and the column that names its rows. */
export type SealedColumn = { table: SQLiteTable; row: SQLiteColumn; value: SQLiteColumn }

/** By the tables' names, so that the order is the same in every process. */
export const sealedColumnsOf = (tables: readonly SQLiteTable[]): SealedColumn[] =>
  tables
    .toSorted((one, other) => (getTableName(one) < getTableName(other) ? -1 : 1))
    .flatMap((table) => {
      const { columns } = getTableConfig(table)
      return columns
        .filter(({ name }) => name.endsWith(SUFFIX))
        .map((value) => ({ table, row: rowOf(table, columns), value }))
    })

/** A sealed value is bound to its row by one column: the primary key. */
function rowOf(table: SQLiteTable, columns: readonly SQLiteColumn[]): SQLiteColumn {
  const row = columns.find(({ primary }) => primary)
  if (row !== undefined) return row
  throw new Error(`${getTableName(table)} has sealed values, and no primary key of one column`)
}
