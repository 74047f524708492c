import { type Client, createClient } from '@libsql/client'
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql'

export type Database = LibSQLDatabase
export type { Client }

/**
 * How long one libSQL call may wait for another process's lock. The wait blocks the event loop, so
 * it is short, and the writer retries instead.
 */
const BUSY_TIMEOUT_MS = 20

/** A file's URL in libSQL's own form, for any path. */
export const fileUrl = (file: string): string =>
  `file:${file.split('/').map(encodeURIComponent).join('/')}`

/**
 * Opens a database file, made if absent, in WAL mode with `synchronous=FULL`: what is committed is
 * on the disk. One connection only, because libSQL's pool gives each new one its own settings
 * (https://github.com/tursodatabase/libsql-client-ts/issues/288).
 */
export async function openClient(file: string): Promise<Client> {
  const client = createClient({ url: fileUrl(file), concurrency: 1, timeout: BUSY_TIMEOUT_MS })
  await client.execute('PRAGMA journal_mode = WAL')
  return client
}

export const databaseOf = (client: Client): Database => drizzle(client)
