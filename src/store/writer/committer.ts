import type { ResultSet, Value } from '@libsql/client'
import { applySettings, type Client, openClient, type Synchronous } from '../database/client.ts'
import { isUnavailable } from '../failures.ts'
import { StoreError } from '../store-error.ts'
import { type FileGuard, type FileIdentity, guardFiles } from './file-guard.ts'
import type { Statement } from './writes.ts'

/** A row that a statement returned, by its columns' names. */
export type ReturnedRow = Readonly<Record<string, Value>>

/** What one statement came to. */
export type Committed = {
  rowsAffected: number
  /** The rows of a statement with a `returning` clause; absent for every other. */
  returned?: readonly ReturnedRow[]
}

/** Writes to the database: one transaction after the other. */
export type Committer = {
  /**
   * Commits all of the statements or none, and answers when they are on the disk. Rejects with the
   * database's error if they cannot be.
   */
  commit(statements: readonly Statement[]): Promise<readonly Committed[]>
  /** How many transactions it takes before the first is done, so that it need not wait for more. */
  capacity: number
  /** Once nothing is to be committed any more. */
  close(): Promise<void>
}

export type CommitterOptions = {
  guard?: FileGuard
  /** Sets up a connection that is new. */
  onReconnect?(): Promise<void>
}

/** Longer than anybody who behaves holds the lock (Litestream's checkpoints take it). */
const BUSY_WAIT_MS = 1000
const BUSY_PAUSE_MS = 25

/** Writes by a client of its own, or one that others read with. Without interactive transactions. */
export const createCommitter = (client: Client, options: CommitterOptions = {}): Committer => ({
  capacity: 1,
  commit: async (statements) => {
    const results = await commitOrRetry(client, options, [...statements])
    return results.map(toCommitted)
  },
  close: async () => {},
})

/** Plain objects, as a client's own rows do not travel from one thread to another. */
function toCommitted({ rowsAffected, columns, rows }: ResultSet): Committed {
  if (columns.length === 0) return { rowsAffected }
  const returned = rows.map((row) =>
    Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null])),
  )
  return { rowsAffected, returned }
}

async function commitOrRetry(
  client: Client,
  { guard, onReconnect }: CommitterOptions,
  statements: Statement[],
): Promise<readonly ResultSet[]> {
  const startedMs = performance.now()
  for (;;) {
    // Outside of what is tried again: a new connection would make new, empty files.
    guard?.beforeCommit()
    try {
      const results = await client.batch(statements, 'write')
      guard?.afterCommit()
      return results
    } catch (error) {
      if (error instanceof StoreError && error.code === 'database_gone') throw error
      // After one SQLITE_BUSY every later write fails until the connection is new, and after a full
      // disk the same: https://github.com/tursodatabase/libsql-client-ts/issues/352
      if (isUnavailable(error)) {
        await client.reconnect()
        await onReconnect?.()
      }
      if (!isBusy(error) || performance.now() - startedMs > BUSY_WAIT_MS) throw error
      await Bun.sleep(BUSY_PAUSE_MS)
    }
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY'

/** A database file that is open elsewhere in this process, and how it is written to. */
export type DatabaseFile = { identity: FileIdentity; synchronous: Synchronous }

/** Writes to a file by a connection of its own. Throws `StoreError` where it is not there any more. */
export async function openFileCommitter(database: DatabaseFile): Promise<Committer> {
  const { identity, synchronous } = database
  const guard = guardFiles(identity)
  // To open a file that is gone would make another one.
  guard.beforeCommit()
  const client = await openClient(identity.file, synchronous).catch((cause: unknown) => {
    // libSQL has no code for it, and it may pass: too many open files, say.
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError('database_gone', `${identity.file} cannot be opened: ${reason}`, { cause })
  })
  const onReconnect = (): Promise<void> => applySettings(client, synchronous)
  return {
    ...createCommitter(client, { guard, onReconnect }),
    close: async () => client.close(),
  }
}
