import type { ResultSet, Value } from '@libsql/client'
import type { Client, Synchronous } from '../database/client.ts'
import { isUnavailable } from '../failures.ts'
import { StoreError } from '../store-error.ts'
import { type FileConnection, openFileConnection } from './file-connection.ts'
import { type FileGuard, type FileIdentity, guardFiles } from './file-guard.ts'
import type { Statement } from './writes.ts'

/** A row that a statement returned, by column name. */
export type ReturnedRow = Readonly<Record<string, Value>>

/** The result of one statement. */
export type Committed = {
  rowsAffected: number
  /** The rows of a statement with a `returning` clause; absent for every other. */
  returned?: readonly ReturnedRow[]
}

/** Commits to the database, one transaction after the other. */
export type Committer = {
  /**
   * Commits all of the statements or none, and resolves when they are on disk. Rejects with the
   * database's error if that fails.
   */
  commit(statements: readonly Statement[]): Promise<readonly Committed[]>
  /**
   * Rewrites the database file, and empties its log, so that nothing is left in them of rows that
   * were changed or deleted. Commits wait meanwhile. Does nothing with a server.
   */
  rewrite(): Promise<void>
  /** How many transactions it accepts before the first is done, so that it is never idle. */
  capacity: number
  /** Call it only when no commit is pending. */
  close(): Promise<void>
}

/** What a committer commits through. */
export type Connection = {
  /** Runs the statements in one transaction. Rejects with the database's error. */
  batch(statements: readonly Statement[]): Promise<readonly Committed[]>
  /** Replaces a connection that does not work any more. */
  reconnect(): Promise<void>
  close(): Promise<void>
}

export type CommitterOptions = { guard?: FileGuard }

/** Longer than a well-behaved process holds the lock (Litestream's checkpoints take it). */
const BUSY_WAIT_MS = 1000
const BUSY_PAUSE_MS = 25

/** Commits without interactive transactions through a client that is also used for reads. */
export const createCommitter = (client: Client, options: CommitterOptions = {}): Committer =>
  committerOf(
    {
      batch: async (statements) => (await client.batch([...statements], 'write')).map(toCommitted),
      reconnect: async () => client.reconnect(),
      close: async () => {},
    },
    options,
  )

const committerOf = (connection: Connection, { guard }: CommitterOptions): Committer => ({
  capacity: 1,
  commit: (statements) => commitOrRetry(connection, guard, statements),
  rewrite: async () => {},
  close: connection.close,
})

/** Converts rows to plain objects: a client's own rows cannot be passed between threads. */
function toCommitted({ rowsAffected, columns, rows }: ResultSet): Committed {
  if (columns.length === 0) return { rowsAffected }
  const returned = rows.map((row) =>
    Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null])),
  )
  return { rowsAffected, returned }
}

async function commitOrRetry(
  connection: Connection,
  guard: FileGuard | undefined,
  statements: readonly Statement[],
): Promise<readonly Committed[]> {
  const startedMs = performance.now()
  for (;;) {
    // Outside the `try`: reconnecting would create new, empty files.
    guard?.beforeCommit()
    try {
      const results = await connection.batch(statements)
      guard?.afterCommit()
      return results
    } catch (error) {
      if (error instanceof StoreError && error.code === 'database_gone') throw error
      // After an SQLITE_BUSY or a full disk, every later write fails until the client reconnects:
      // https://github.com/tursodatabase/libsql-client-ts/issues/352
      if (isUnavailable(error)) await connection.reconnect()
      if (!isBusy(error) || performance.now() - startedMs > BUSY_WAIT_MS) throw error
      await Bun.sleep(BUSY_PAUSE_MS)
    }
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY'

/** A database file that is open elsewhere in this process, and its durability setting. */
export type DatabaseFile = { identity: FileIdentity; synchronous: Synchronous }

/** Opens a committer with its own connection to a file. Throws `StoreError` if the file is gone. */
export async function openFileCommitter(database: DatabaseFile): Promise<Committer> {
  const { identity } = database
  const guard = guardFiles(identity)
  // Opening a file that is gone would create a new one.
  guard.beforeCommit()
  const connection = connect(database)
  return {
    ...committerOf(connection, { guard }),
    rewrite: async () => {
      guard.beforeCommit()
      connection.run('VACUUM')
      await emptyLog(connection)
    },
  }
}

function connect({ identity: { file }, synchronous }: DatabaseFile): FileConnection {
  try {
    return openFileConnection(file, synchronous)
  } catch (cause) {
    // libSQL gives no code for this, and it may be temporary: too many open files, for example.
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError('database_gone', `${file} cannot be opened: ${reason}`, { cause })
  }
}

/** The log keeps the old pages until it is emptied, for which no read may be under way. */
async function emptyLog(connection: FileConnection): Promise<void> {
  const startedMs = performance.now()
  for (;;) {
    const { returned } = connection.run('PRAGMA wal_checkpoint(TRUNCATE)')
    if (returned?.[0]?.['busy'] === 0) return
    if (performance.now() - startedMs > BUSY_WAIT_MS) {
      throw new Error('the log of the database could not be emptied: it is being read')
    }
    await Bun.sleep(BUSY_PAUSE_MS)
  }
}
