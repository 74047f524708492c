import { chmod, mkdir, open, stat } from 'node:fs/promises'

/** A file or directory has permissions that latch refuses as insecure. */
export class InsecurePermissionsError extends Error {
  override readonly name = 'InsecurePermissionsError'
}

/** What users other than the owner may do with a file or directory, by its permission bits. */
export type FileExposure = 'private' | 'group_reads' | 'group_writes' | 'all_read' | 'all_write'

export function exposureOf(mode: number): FileExposure {
  if ((mode & 0o002) !== 0) return 'all_write'
  if ((mode & 0o005) !== 0) return 'all_read'
  if ((mode & 0o020) !== 0) return 'group_writes'
  return (mode & 0o050) === 0 ? 'private' : 'group_reads'
}

/**
 * Creates the directory, accessible only to its owner, if it does not exist. Throws
 * `InsecurePermissionsError` if an existing one is writable by every user: any of them could replace the
 * key, the database or its log.
 */
export async function openPrivateDir(directory: string): Promise<void> {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 })
  // The umask may have removed permissions of the owner as well.
  if (made !== undefined) await chmod(directory, 0o700)
  const { mode } = await stat(directory)
  if (exposureOf(mode) !== 'all_write') return
  throw new InsecurePermissionsError(
    `Every user of this machine can write to ${directory}, and could replace the database and the ` +
      `secret key in it. Fix: chmod 700 ${directory}, or choose a directory in it that does not exist ` +
      `yet, such as --data-dir ${directory}/latch: latch creates it with access for its owner only.`,
  )
}

/**
 * Creates an empty file that only its owner can access, whatever the umask. Returns false if the
 * path already exists, whatever it is.
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
 * Restricts an existing file to its owner; a file of another user is left as it is. It uses the
 * path and does not open the file: closing it again would release this process's locks on it
 * (https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
 */
export async function makePrivate(file: string): Promise<void> {
  const found = await stat(file).catch(() => null)
  if (found === null || found.uid !== process.geteuid?.()) return
  if ((found.mode & 0o077) !== 0) await chmod(file, 0o600)
}
