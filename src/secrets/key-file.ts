import { existsSync } from 'node:fs'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MASTER_KEY_BYTES } from './keyring.ts'
import { formatMasterKeys, type MasterKeys, parseMasterKeys } from './master-keys.ts'
import { openPrivateDir } from './private-files.ts'

export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError'
}

const FILE = 'secret.key'

export const keyFileOf = (dataDir: string): string => join(dataDir, FILE)

/**
 * Reads the master key of the data directory, and previous keys while it is being replaced. On the
 * first start it creates a key that only its owner can read. Throws `MasterKeyError` if the file is
 * accessible to others, damaged, or missing while the database exists: a new key would make every
 * stored secret undecryptable.
 */
export async function dataDirMasterKeys(
  dataDir: string,
  randomBytes: (length: number) => Uint8Array,
): Promise<MasterKeys> {
  const file = keyFileOf(dataDir)
  if (existsSync(file)) return readKeys(file)
  if (existsSync(join(dataDir, 'latch.db'))) {
    throw new MasterKeyError(
      `${file} is missing, but the database next to it was created with it. Restore the file, or set ` +
        'LATCH_SECRET_KEY to its content.',
    )
  }
  await openPrivateDir(dataDir)
  const keys = { current: randomBytes(MASTER_KEY_BYTES), previous: [] }
  await writeKeys(file, keys)
  return keys
}

/**
 * Replaces the keys in the file atomically: after a crash it holds either the old or the new keys.
 */
export async function replaceMasterKeys(dataDir: string, keys: MasterKeys): Promise<void> {
  const file = keyFileOf(dataDir)
  const incoming = `${file}.new`
  await rm(incoming, { force: true })
  await writeKeys(incoming, keys)
  await rename(incoming, file)
  await syncDirectory(dataDir)
}

async function readKeys(file: string): Promise<MasterKeys> {
  const { mode } = await stat(file)
  if ((mode & 0o077) !== 0) {
    throw new MasterKeyError(`Other users can read ${file}. Fix: chmod 600 ${file}`)
  }
  const keys = parseMasterKeys(await readFile(file, 'utf8'))
  if (keys === null) throw new MasterKeyError(`${file} is damaged: restore it from a backup.`)
  return keys
}

/**
 * Syncs the key to disk before it is used: if a power cut lost the key, everything sealed with it
 * would be lost too.
 */
async function writeKeys(file: string, keys: MasterKeys): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.chmod(0o600)
    await handle.writeFile(formatMasterKeys(keys))
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A rename is durable only once its directory has been synced. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
