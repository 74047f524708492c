import { existsSync } from 'node:fs'
import { access, constants, stat, statfs } from 'node:fs/promises'
import type { Config } from '../config.ts'
import { isLoopback } from '../config-reader.ts'
import type { Fetch } from '../providers/call-provider.ts'
import { type Finding, failed, ok } from '../providers/examination.ts'
import { keyFileOf } from '../secrets/key-file.ts'

const MEGABYTE = 1024 * 1024
/** A write-ahead log and a backup must fit. */
const LITTLE_SPACE = 1024 * MEGABYTE
const NO_SPACE = 100 * MEGABYTE
const ASK_MS = 5000

/** Whether this user may write to it, and others may not read it. */
export async function examineDataDir({ dataDir }: Config): Promise<Finding> {
  try {
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
    const { mode } = await stat(dataDir)
    if ((mode & 0o007) === 0) return ok(`${dataDir} can be written to`)
    const message = `${dataDir} is open to every user of this machine`
    return { status: 'warning', message, remedy: `chmod 700 ${dataDir}` }
  } catch {
    const remedy = `Give it to the user whom latch runs as: chown -R … ${dataDir}`
    return failed(`${dataDir} cannot be written to by this user`, remedy)
  }
}

/** Room on the disk that the data is on. */
export async function examineDisk({ dataDir }: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(dataDir)
  const free = bavail * bsize
  const message = `${Math.floor(free / MEGABYTE)} MB are free`
  const remedy = 'Make room: a disk that is full refuses every link (503) until there is.'
  if (free < NO_SPACE) return failed(message, remedy)
  return free < LITTLE_SPACE ? { status: 'warning', message, remedy } : ok(message)
}

/** Where the secret key is, and who may read it. */
export async function examineKeyFile({ masterKeys, dataDir }: Config): Promise<Finding> {
  const file = keyFileOf(dataDir)
  if (masterKeys !== null) return ok('the secret key is given by LATCH_SECRET_KEY')
  if (!existsSync(file)) {
    return failed(`${file} is missing`, 'Put it back from where it is kept beside the backups.')
  }
  const { mode } = await stat(file)
  if ((mode & 0o077) !== 0) return failed(`${file} can be read by others`, `chmod 600 ${file}`)
  return ok(`${file} is for its owner alone`)
}

/** The way in, from here: what a user's browser reaches may differ, but not often. */
export async function examinePublicUrl({ publicUrl }: Config, fetch: Fetch): Promise<Finding> {
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
