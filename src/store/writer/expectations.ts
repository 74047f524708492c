import { getTableName, type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Database } from '../database/client.ts'
import { expectations } from '../schema/internal.ts'
import { type Statement, toWrite } from './writes.ts'

/**
 * A statement that fails, and with it the whole commit, unless `condition` is true at that moment.
 * It protects a rule that depends on something read earlier and that no unique index enforces.
 * `tables`: the tables that the condition reads. If it fails, cached rows of them are read again.
 */
export const expectation = (
  database: Database,
  condition: SQL,
  tables: readonly SQLiteTable[],
): Statement => ({
  ...toWrite(database.insert(expectations).select(sql`select 0 where not (${condition})`)),
  reads: tables.map(getTableName),
})

/** Expects that `table` has a row for which `where` is true. */
export const expectRow = (
  database: Database,
  table: SQLiteTable,
  where: SQL | undefined,
): Statement => expectation(database, sql`exists (select 1 from ${table} where ${where})`, [table])
