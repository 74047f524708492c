import { statSync } from 'node:fs'
import { StoreError } from './store-error.ts'

/**
 * Throws `StoreError` once the file that was opened is not at its place any more. Unix lets a process
 * write on into a file that somebody has removed or replaced: what it then acknowledges is gone with
 * the process. One `stat` a commit, 2 µs.
 */
export function guardFile(file: string): () => void {
  const opened = statSync(file).ino
  return () => {
    const now = statSync(file, { throwIfNoEntry: false })
    if (now?.ino === opened) return
    throw new StoreError(
      'database_gone',
      `${file} was ${now === undefined ? 'removed' : 'replaced'} while latch runs. Put it back, or start latch again.`,
    )
  }
}
