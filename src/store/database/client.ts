import { type Client, createClient } from '@libsql/client'
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql'
import { StoreError } from '../store-error.ts'

export type Database = LibSQLDatabase
export type { Client }

/** A libSQL server, by its address. */
export type DatabaseServer = { url: string; authToken: string | null }

/**
 * How long one libSQL call may wait for another process's lock. The wait blocks the thread, so it is
 * short, and the writer retries instead.
 */
const BUSY_TIMEOUT_MS = 20
/** Longer than a commit on another continent; who waits longer is answered with 503. */
const SERVER_TIMEOUT_MS = 3000

/** A file's URL in libSQL's own form, for any path. */
export const fileUrl = (file: string): string =>
  `file:${file.split('/').map(encodeURIComponent).join('/')}`

/**
 * SQLite's `synchronous` (https://sqlite.org/pragma.html#pragma_synchronous). `full`: what is
 * committed is on the disk. `normal`: a power cut may take the last commits back, all of each.
 */
export type Synchronous = 'full' | 'normal'

/**
 * Pages in the log before they are written into the database itself, 16 MB of them; SQLite's own is
 * 1000. Records of requests are written all over their index, so the fewer times the better: a tenth
 * more links with a key each (test/bench).
 */
const CHECKPOINT_PAGES = 4000

/**
 * Opens a database file, made if absent, in WAL mode. One connection only, because libSQL's pool
 * gives each new one its own settings (https://github.com/tursodatabase/libsql-client-ts/issues/288).
 */
export async function openClient(file: string, synchronous: Synchronous = 'full'): Promise<Client> {
  const client = createClient({ url: fileUrl(file), concurrency: 1, timeout: BUSY_TIMEOUT_MS })
  await client.execute('PRAGMA journal_mode = WAL')
  await applySettings(client, synchronous)
  return client
}

/** To be said again on every new connection. */
export async function applySettings(client: Client, synchronous: Synchronous): Promise<void> {
  await client.execute(`PRAGMA synchronous = ${synchronous.toUpperCase()}`)
  await client.execute(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
}

/**
 * Brings all that the log holds into the database file, and closes it: who copies that file alone
 * has everything. SQLite does so by itself with the last connection; libSQL's close leaves it undone.
 */
export async function closeClient(client: Client): Promise<void> {
  // Where it cannot be done (a full disk, another process that reads), the log is kept and loses nothing.
  await client.execute('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => {})
  client.close()
}

/** A client of a libSQL server, over HTTP: it holds nothing open that could break. */
export function openServerClient({ url, authToken }: DatabaseServer): Client {
  return createClient({
    url: url.replace(/^libsql:/, 'https:'),
    ...(authToken !== null && { authToken }),
    fetch: fetchInTime,
  })
}

/** Fails for what a server that is down or unwell does, with one error that says so. */
async function fetchInTime(request: Request): Promise<Response> {
  const unreachable = (reason: string): StoreError =>
    new StoreError('database_unreachable', `The libSQL server does not answer: ${reason}`)
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
 * A request without halves of surrogate pairs, which a libSQL server refuses as no valid JSON: each
 * becomes U+FFFD, as it does in a database file. `JSON.stringify` writes them as escapes, and whole pairs
 * never (https://tc39.es/ecma262/#sec-quotejsonstring).
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
