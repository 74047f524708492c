import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { createPrivate, makePrivate } from '../../secrets/private-files.ts'
import { fileUrl } from './client.ts'

export type DataDirLock = { release(): void }

/**
 * One process owns a data directory at a time. The lock is an open write
 * transaction on a small database of its own: the kernel gives it up with the process, however
 * that ends, so there is no stale lock to clear by hand. Null where another process holds it.
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
        // Ended before it is closed: libSQL keeps a connection, and its lock, until its last
        // statement is garbage-collected.
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
