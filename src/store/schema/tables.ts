import { is } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import * as channels from './channels.ts'
import * as core from './core.ts'
import * as events from './events.ts'
import * as internal from './internal.ts'

/** Every table of the database. A new file of the schema must be added here. */
export const schemaTables = (): SQLiteTable[] =>
  Object.values({ ...channels, ...core, ...events, ...internal }).filter((value) =>
    is(value, SQLiteTable),
  )
