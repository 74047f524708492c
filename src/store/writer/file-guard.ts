import { statSync } from 'node:fs'
import { StoreError } from '../store-error.ts'

/**
 * The files that SQLite keeps a database in, by inode. An inode names a file for as long as somebody
 * has it open, wherever it is moved, and no other file gets its number meanwhile.
 */
export type FileIdentity = {
  file: string
  database: number
  /** The write-ahead log, where the newest commits are until a checkpoint. */
  log: number
  /** The log's index, through which processes that use the database see each other's locks. */
  index: number
}

/**
 * The identity of a database that this process has open in WAL mode: SQLite makes the log and its
 * index when a connection first reads, and keeps both until the last one closes. Throws `StoreError`
 * where one of them is not there.
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
  throw new StoreError('database_gone', `${path} was removed while latch starts.`)
}

export type FileGuard = {
  /** Throws `StoreError` once one of the files is not at its place any more. Three `stat`, 7 µs. */
  beforeCommit(): void
  /** The same, for the two that hold what was committed. */
  afterCommit(): void
}

/**
 * Unix lets a process write on into a file that somebody has removed or replaced, and what it then
 * acknowledges is gone with the process. So nothing is written where that has happened, and nothing
 * that was is acknowledged. Without the index nothing is lost yet; but the next process that opens
 * the database, for a backup perhaps, makes another one, and its checkpoints then heed no lock of
 * this process.
 */
export function guardFiles({ file, database, log, index }: FileIdentity): FileGuard {
  const see = (path: string, inode: number, remedy: string): void => {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found?.ino === inode) return
    const what = found === undefined ? 'removed' : 'replaced'
    throw new StoreError(
      'database_gone',
      `${path} was ${what} while latch runs, which now refuses every write. ${remedy}`,
    )
  }
  const afterCommit = (): void => {
    see(file, database, 'Put it back, or start latch again.')
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
  'Stop latch by SIGTERM, not by SIGKILL: it still has the file open, and brings what is in it into ' +
  'the database. Then start it again.'
