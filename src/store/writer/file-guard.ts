import { statSync } from 'node:fs'
import { StoreError } from '../store-error.ts'

/** Names a file for as long as it is there, wherever it is moved. */
export const inodeOf = (file: string): number => statSync(file).ino

/**
 * Throws `StoreError` once the file of that inode is not at its place any more. Unix lets a process
 * write on into a file that somebody has removed or replaced: what it then acknowledges is gone with
 * the process. One `stat` a commit, 2 µs.
 */
export function guardFile(file: string, inode: number): () => void {
  return () => {
    const now = statSync(file, { throwIfNoEntry: false })
    if (now?.ino === inode) return
    throw new StoreError(
      'database_gone',
      `${file} was ${now === undefined ? 'removed' : 'replaced'} while latch runs. Put it back, or start latch again.`,
    )
  }
}
