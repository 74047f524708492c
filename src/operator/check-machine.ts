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
        return failed(`every user of this machine may write to ${dataDir}`, remedy)
      case 'all_read':
        return warning(`${dataDir} is open to every user of this machine`, remedy)
      case 'group_writes':
        return warning(`the group of ${dataDir} may write to it`, remedy)
      default:
        return ok(`${dataDir} can be written to`)
    }
  } catch {
    const remedy = `Give it to the user whom latch runs as: chown -R … ${dataDir}`
    return failed(`${dataDir} cannot be written to by this user`, remedy)
  }
}

/** Checks the free space on the disk that holds the data. */
export async function checkDisk({ dataDir }: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(dataDir)
  const free = bavail * bsize
  const message = `${Math.floor(free / MEGABYTE)} MB are free`
  const remedy = 'Make room: a disk that is full refuses every link (503) until there is.'
  if (free < NO_SPACE) return failed(message, remedy)
  return free < LITTLE_SPACE ? warning(message, remedy) : ok(message)
}

/** Checks where the secret key is stored, and who can read it. */
export async function checkKeyFile({ masterKeys, dataDir }: Config): Promise<Finding> {
  const file = keyFileOf(dataDir)
  if (masterKeys !== null) return ok('the secret key is given by LATCH_SECRET_KEY')
  if (!existsSync(file)) {
    return failed(`${file} is missing`, 'Put it back from where it is kept beside the backups.')
  }
  const { mode } = await stat(file)
  if ((mode & 0o077) !== 0) return failed(`${file} can be read by others`, `chmod 600 ${file}`)
  return ok(`${file} is for its owner alone`)
}

/** Checks the files that secrets are read from (`LATCH_…_FILE`), and who else can read them. */
export async function checkSecretFiles({
  secretFiles,
}: Pick<Config, 'secretFiles'>): Promise<Finding[]> {
  return Promise.all(
    secretFiles.map(async (file) => {
      const found = await stat(file).catch(() => null)
      if (found === null) return failed(`${file} is gone`, 'Put it back before the next start.')
      switch (exposureOf(found.mode)) {
        case 'all_write':
          return failed(`every user of this machine may write to ${file}`, `chmod 600 ${file}`)
        case 'all_read':
          return warning(`every user of this machine may read ${file}`, CLOSE_UNLESS_MOUNTED)
        case 'group_writes':
          return warning(`the group of ${file} may write to it`, CLOSE_UNLESS_MOUNTED)
        default:
          return ok(`${file} is not for everybody`)
      }
    }),
  )
}

const CLOSE_UNLESS_MOUNTED =
  'Give it mode 0400 and to the user whom latch runs as. Where it is mounted into a container in ' +
  'which latch runs alone, nobody else is there to read it.'

/**
 * Checks the public URL from this machine; what a user's browser reaches may differ, but rarely
 * does.
 */
export async function checkPublicUrl({ publicUrl }: Config, fetch: Fetch): Promise<Finding> {
  if (isLoopback(new URL(publicUrl).hostname)) {
    const message = `${publicUrl} is this machine alone`
    const remedy =
      'For others, set LATCH_PUBLIC_URL to the https address at which they reach latch.'
    return { status: 'note', message, remedy }
  }
  const url = `${publicUrl}/healthz`
  const doubt = (reason: string): Finding => ({
    status: 'warning',
    message: `${url} ${reason}`,
    remedy:
      'See that latch runs, and that the proxy before it sends everything of that address to it.',
  })
  try {
    const signal = AbortSignal.timeout(ASK_MS)
    const response = await fetch(url, { signal, redirect: 'manual' })
    const answer = await response.text()
    return response.ok && answer.includes('"ok"')
      ? ok(`latch answers at ${publicUrl}`)
      : doubt(`answers ${response.status}, and not as latch does`)
  } catch (error) {
    return doubt(`does not answer: ${error instanceof Error ? error.message : error}`)
  }
}
