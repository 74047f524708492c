import { existsSync } from 'node:fs'
import { access, constants, stat, statfs } from 'node:fs/promises'
import type { Config } from '../config.ts'
import { isLoopback } from '../config-reader.ts'
import type { Fetch } from '../providers/call-provider.ts'
import { type Finding, failed, ok, warning } from '../providers/diagnostics.ts'
import { keyFileOf } from '../secrets/key-file.ts'
import { exposureOf } from '../secrets/private-files.ts'

const MEGABYTE = 1024 * 1024
/** Less free space than this is a warning: a write-ahead log and a backup must fit. */
const LITTLE_SPACE = 1024 * MEGABYTE
const NO_SPACE = 100 * MEGABYTE
const ASK_MS = 5000

/** Checks whether this user can write to the data directory, and who else can access it. */
export async function checkDataDir({ dataDir }: Pick<Config, 'dataDir'>): Promise<Finding> {
  try {
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
    const { mode } = await stat(dataDir)
    const remedy = `chmod 700 ${dataDir}`
    switch (exposureOf(mode)) {
      case 'all_write':
        return failed(`every user of this machine can write to ${dataDir}`, remedy)
      case 'all_read':
        return warning(`every user of this machine can read ${dataDir}`, remedy)
      case 'group_writes':
        return warning(`the group of ${dataDir} can write to it`, remedy)
      default:
        return ok(`${dataDir} is writable`)
    }
  } catch {
    const remedy = `Make the user that latch runs as its owner: chown -R … ${dataDir}`
    return failed(`${dataDir} is not writable for this user`, remedy)
  }
}

/** Checks the free space on the disk that holds the data. */
export async function checkDisk({ dataDir }: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(dataDir)
  const free = bavail * bsize
  const message = `${Math.floor(free / MEGABYTE)} MB are free`
  const remedy = 'Free some space: when the disk is full, every link is refused (503).'
  if (free < NO_SPACE) return failed(message, remedy)
  return free < LITTLE_SPACE ? warning(message, remedy) : ok(message)
}

/** Checks where the secret key is stored, and who can read it. */
export async function checkKeyFile({ masterKeys, dataDir }: Config): Promise<Finding> {
  const file = keyFileOf(dataDir)
  if (masterKeys !== null) return ok('the secret key is set by LATCH_SECRET_KEY')
  if (!existsSync(file)) {
    return failed(`${file} is missing`, 'Restore it from the copy that you keep with the backups.')
  }
  const { mode } = await stat(file)
  if ((mode & 0o077) !== 0) return failed(`${file} can be read by others`, `chmod 600 ${file}`)
  return ok(`only its owner can read ${file}`)
}

/** Checks the files that secrets are read from (`LATCH_…_FILE`), and who else can read them. */
export async function checkSecretFiles({
  secretFiles,
}: Pick<Config, 'secretFiles'>): Promise<Finding[]> {
  return Promise.all(
    secretFiles.map(async (file) => {
      const found = await stat(file).catch(() => null)
      if (found === null) return failed(`${file} is missing`, 'Restore it before the next start.')
      switch (exposureOf(found.mode)) {
        case 'all_write':
          return failed(`every user of this machine can write to ${file}`, `chmod 600 ${file}`)
        case 'all_read':
          return warning(`every user of this machine can read ${file}`, RESTRICT_UNLESS_MOUNTED)
        case 'group_writes':
          return warning(`the group of ${file} can write to it`, RESTRICT_UNLESS_MOUNTED)
        default:
          return ok(`${file} is private`)
      }
    }),
  )
}

const RESTRICT_UNLESS_MOUNTED =
  'Set mode 0400, and make the user that latch runs as its owner. Not needed if it is mounted into ' +
  'a container in which only latch runs.'

/**
 * Checks the public URL from this machine; what a user's browser reaches may differ, but rarely
 * does.
 */
export async function checkPublicUrl({ publicUrl }: Config, fetch: Fetch): Promise<Finding> {
  if (isLoopback(new URL(publicUrl).hostname)) {
    const message = `${publicUrl} is reachable only from this machine`
    const remedy =
      'For users on other machines, set LATCH_PUBLIC_URL to the https address at which they reach latch.'
    return { status: 'note', message, remedy }
  }
  const url = `${publicUrl}/healthz`
  const doubt = (reason: string): Finding => ({
    status: 'warning',
    message: `${url} ${reason}`,
    remedy:
      'Check that latch is running, and that the proxy forwards all requests for that host to it.',
  })
  try {
    const signal = AbortSignal.timeout(ASK_MS)
    const response = await fetch(url, { signal, redirect: 'manual' })
    const answer = await response.text()
    return response.ok && answer.includes('"ok"')
      ? ok(`latch responds at ${publicUrl}`)
      : doubt(`responds with ${response.status}, and not like latch`)
  } catch (error) {
    return doubt(`does not respond: ${error instanceof Error ? error.message : error}`)
  }
}
