import { applySettings, openClient, type Synchronous } from '../database/client.ts'
import { StoreError } from '../store-error.ts'
import { type Committer, createCommitter } from './committer.ts'
import { guardFile } from './file-guard.ts'

/** A database file that is there, and how it is written to. */
export type DatabaseFile = { file: string; inode: number; synchronous: Synchronous }

/** Writes to a file by a connection of its own. Throws `StoreError` where there is no such file. */
export async function openFileCommitter({
  file,
  inode,
  synchronous,
}: DatabaseFile): Promise<Committer> {
  const guard = guardFile(file, inode)
  // To open a file that is gone would make another one.
  guard()
  const client = await openClient(file, synchronous).catch((cause: unknown) => {
    // libSQL has no code for it, and it may pass: too many open files, say.
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError('database_gone', `${file} cannot be opened: ${reason}`, { cause })
  })
  const onReconnect = (): Promise<void> => applySettings(client, synchronous)
  return {
    ...createCommitter(client, { guard, onReconnect }),
    close: async () => client.close(),
  }
}
