import { statSync } from 'node:fs'
import { StoreError } from '../store-error.ts'

/**
 * The files of a SQLite database, identified by inode. An inode identifies a file for as long as it
 * is open, wherever it is moved, and its number is not reused meanwhile.
 */
export type FileIdentity = {
  file: string
  database: number
  /** The write-ahead log, which holds the newest commits until a checkpoint. */
  log: number
  /** The log's index (shared memory), through which processes see each other's locks. */
  index: number
}

/**
 * The identity of a database that this process has open in WAL mode. SQLite creates the log and its
 * index when a connection first reads, and keeps both until the last connection closes. Throws
 * `StoreError` if one of the files is missing.
 */
export const identityOf = (file: string): FileIdentity => ({
  file,
  database: inodeOf(file),
  log: inodeOf(logOf(file)),
  index: inodeOf(indexOf(file)),
})

function inodeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found !== undefined) return found.ino
  throw new StoreError('database_gone', `${path} was removed while latch was starting.`)
}

export type FileGuard = {
  /**
   * Throws `StoreError` if one of the files is no longer in its place. Three `stat` calls, 7 µs.
   */
  beforeCommit(): void
  /** The same check for the two files that hold committed data. */
  afterCommit(): void
}

/**
 * Unix lets a process keep writing to a file that was removed or replaced, and what it then
 * acknowledges is lost when the process ends. So once that has happened, nothing more is written,
 * and nothing that was written is acknowledged. Without the index nothing is lost yet; but the next
 * process that opens the database, perhaps for a backup, creates a new index, and its checkpoints
 * then ignore this process's locks.
 */
export function guardFiles({ file, database, log, index }: FileIdentity): FileGuard {
  const see = (path: string, inode: number, remedy: string): void => {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found?.ino === inode) return
    const what = found === undefined ? 'removed' : 'replaced'
    throw new StoreError(
      'database_gone',
      `${path} was ${what} while latch was running, so latch now refuses every write. ${remedy}`,
    )
  }
  const afterCommit = (): void => {
    see(file, database, 'Restore it, or restart latch.')
    see(logOf(file), log, STOP_IN_ORDER)
  }
  return {
    afterCommit,
    beforeCommit: () => {
      afterCommit()
      see(indexOf(file), index, STOP_IN_ORDER)
    },
  }
}

const logOf = (file: string): string => `${file}-wal`
const indexOf = (file: string): string => `${file}-shm`

const STOP_IN_ORDER =
  'Stop latch with SIGTERM, not SIGKILL: it still has the file open, and moves its contents into ' +
  'the database. Then start it again.'
