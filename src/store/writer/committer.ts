import type { Client } from '../database/client.ts'
import { isUnavailable } from '../failures.ts'
import type { Statement } from './writes.ts'

/** What one statement came to. */
export type Committed = { rowsAffected: number }

/** Who writes to the database: one transaction after the other. */
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
  /** Throws where nothing may be committed now. */
  guard?: (() => void) | undefined
  /** Sets up a connection that is new. */
  onReconnect?: (() => Promise<void>) | undefined
}

/** Longer than anybody who behaves holds the lock (Litestream's checkpoints take it). */
const BUSY_WAIT_MS = 1000
const BUSY_PAUSE_MS = 25

/** Writes by a client of its own, or one that others read with. Without interactive transactions. */
export const createCommitter = (client: Client, options: CommitterOptions = {}): Committer => ({
  capacity: 1,
  commit: async (statements) => {
    const results = await commitOrRetry(client, options, [...statements])
    return results.map(({ rowsAffected }) => ({ rowsAffected }))
  },
  close: async () => {},
})

async function commitOrRetry(
  client: Client,
  { guard, onReconnect }: CommitterOptions,
  statements: Statement[],
): Promise<readonly Committed[]> {
  const startedMs = performance.now()
  for (;;) {
    // Outside of what is tried again: a new connection would make a new, empty file.
    guard?.()
    try {
      return await client.batch(statements, 'write')
    } catch (error) {
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
