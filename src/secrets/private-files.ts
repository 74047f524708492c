import { chmod, mkdir, open, stat } from 'node:fs/promises'

/** A file or directory is open to others in a way that latch cannot answer for. */
export class OpenToOthersError extends Error {
  override readonly name = 'OpenToOthersError'
}

/** What others than its owner may do to a file or a directory, by the permission bits of its mode. */
export type Openness = 'private' | 'group_reads' | 'group_writes' | 'all_read' | 'all_write'

export function opennessOf(mode: number): Openness {
  if ((mode & 0o002) !== 0) return 'all_write'
  if ((mode & 0o005) !== 0) return 'all_read'
  if ((mode & 0o020) !== 0) return 'group_writes'
  return (mode & 0o050) === 0 ? 'private' : 'group_reads'
}

/**
 * Makes the directory, where there is none, for its owner alone. Throws `OpenToOthersError` where
 * there is one that every user may write to: who may do that may put another key, another database
 * or another log in the place of latch's own.
 */
export async function openPrivateDir(directory: string): Promise<void> {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 })
  // The umask may have taken something away from the owner as well.
  if (made !== undefined) await chmod(directory, 0o700)
  const { mode } = await stat(directory)
  if (opennessOf(mode) !== 'all_write') return
  throw new OpenToOthersError(
    `Every user of this machine may write to ${directory}, and could replace the database and the ` +
      `secret key in it. Fix: chmod 700 ${directory}, or choose a directory in it that is not there ` +
      `yet, as --data-dir ${directory}/latch: latch makes it for itself alone.`,
  )
}

/**
 * Makes an empty file for its owner alone, whatever the umask. False where there is one already, of
 * whatever kind.
 */
export async function createPrivate(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600)
    await handle.chmod(0o600)
    await handle.close()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/**
 * Closes a file that is open to others, where there is one; a file of another user stays as it is.
 * The file is not opened for it: to close it again would end this process's locks on it
 * (https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
 */
export async function makePrivate(file: string): Promise<void> {
  const found = await stat(file).catch(() => null)
  if (found === null || found.uid !== process.geteuid?.()) return
  if ((found.mode & 0o077) !== 0) await chmod(file, 0o600)
}
