import type { SQL } from 'drizzle-orm'
import { sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { expectations } from '../schema/internal.ts'
import { type Statement, toWrite } from './writes.ts'

/**
 * A statement that fails, and with it the whole commit, unless `condition` is true at that moment. It
 * protects a rule that rests on something that was read earlier, and that no unique index holds.
 */
export const expectation = (database: Database, condition: SQL): Statement =>
  toWrite(database.insert(expectations).select(sql`select 0 where not (${condition})`))
