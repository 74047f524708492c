import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { createPrivate, makePrivate } from '../../secrets/private-files.ts'
import { fileUrl } from './client.ts'

export type DataDirLock = { release(): void }

/**
 * Ensures that one process at a time uses a data directory. The lock is an open write transaction
 * on a small separate database: the kernel releases it when the process ends, however it ends, so
 * there are no stale locks to remove by hand. Returns null if another process holds the lock.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock | null> {
  const file = join(dataDir, 'latch.lock')
  await createPrivate(file)
  await makePrivate(file)
  const client = createClient({ url: fileUrl(file) })
  try {
    const transaction = await client.transaction('write')
    return {
      release: () => {
        // End the transaction before closing: libSQL keeps a connection, and its lock, until its
        // last statement is garbage-collected.
        transaction.close()
        client.close()
      },
    }
  } catch (error) {
    client.close()
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') return null
    throw error
  }
}
