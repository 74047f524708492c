import { type Client, createClient } from '@libsql/client'
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql'
import { StoreError } from '../store-error.ts'

export type Database = LibSQLDatabase
export type { Client }

/** A libSQL server: its URL and its token. */
export type DatabaseServer = { url: string; authToken: string | null }

/**
 * How long one libSQL call may wait for another process's lock. Waiting blocks the thread, so this
 * is short and the writer retries instead.
 */
export const BUSY_TIMEOUT_MS = 20
/**
 * Longer than a commit to another continent takes; a slower call fails, and the client gets 503.
 */
const SERVER_TIMEOUT_MS = 3000

/** The `file:` URL of any path, as libSQL expects it. */
export const fileUrl = (file: string): string =>
  `file:${file.split('/').map(encodeURIComponent).join('/')}`

/**
 * SQLite's `synchronous` (https://sqlite.org/pragma.html#pragma_synchronous). `full`: a committed
 * transaction is on disk. `normal`: a power cut may undo the last transactions, each as a whole.
 */
export type Synchronous = 'full' | 'normal'

/**
 * The write-ahead log is checkpointed after this many pages (16 MB); SQLite's default is 1000.
 * Idempotency records are spread over their whole index, so fewer checkpoints write less: this
 * allows a tenth more links with an idempotency key each (test/bench).
 */
const CHECKPOINT_PAGES = 4000

/**
 * Opens a database file in WAL mode, and creates it if absent. Uses one connection, because
 * libSQL's pool does not carry settings over to new ones
 * (https://github.com/tursodatabase/libsql-client-ts/issues/288).
 */
export async function openClient(file: string, synchronous: Synchronous = 'full'): Promise<Client> {
  const client = createClient({ url: fileUrl(file), concurrency: 1, timeout: BUSY_TIMEOUT_MS })
  for (const setting of settingsOf(synchronous)) await client.execute(setting)
  return client
}

/** The settings that every new connection needs. */
export const settingsOf = (synchronous: Synchronous): string[] => [
  'PRAGMA journal_mode = WAL',
  `PRAGMA synchronous = ${synchronous.toUpperCase()}`,
  `PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
]

/**
 * Moves the contents of the write-ahead log into the database file and closes it, so that copying
 * that file alone is enough. SQLite does this when the last connection closes; libSQL's close does
 * not.
 */
export async function closeClient(client: Client): Promise<void> {
  // If this fails (a full disk, a reader in another process), the log is kept and nothing is lost.
  await client.execute('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => {})
  client.close()
}

/** A client for a libSQL server over HTTP. It keeps no connection open that could break. */
export function openServerClient({ url, authToken }: DatabaseServer): Client {
  return createClient({
    url: url.replace(/^libsql:/, 'https:'),
    ...(authToken !== null && { authToken }),
    fetch: fetchInTime,
  })
}

/** Reports every failure of a server that is down or overloaded as one `StoreError`. */
async function fetchInTime(request: Request): Promise<Response> {
  const unreachable = (reason: string): StoreError =>
    new StoreError('database_unreachable', `The libSQL server does not respond: ${reason}`)
  try {
    const signal = AbortSignal.timeout(SERVER_TIMEOUT_MS)
    const response = await fetch(await wellFormed(request), { signal })
    if (response.status < 500 && response.status !== 429 && response.status !== 401) return response
    throw unreachable(`status ${response.status}`)
  } catch (error) {
    throw error instanceof StoreError ? error : unreachable(String(error))
  }
}

/**
 * Replaces lone surrogates, which a libSQL server rejects as invalid JSON, with U+FFFD, as a
 * database file does. `JSON.stringify` escapes lone surrogates and never pairs
 * (https://tc39.es/ecma262/#sec-quotejsonstring).
 */
async function wellFormed(request: Request): Promise<Request> {
  const body = await request.text()
  if (body === '') return request
  const whole = body.replace(/\\(?:u(d[89a-f][0-9a-f]{2})|.)/g, (text, half) =>
    half === undefined ? text : '\ufffd',
  )
  const { url, method, headers } = request
  return new Request(url, { method, headers, body: whole })
}

export const databaseOf = (client: Client): Database => drizzle(client)
