import { existsSync } from 'node:fs'
import { mkdir, open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MASTER_KEY_BYTES } from './keyring.ts'

export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError'
}

const FILE = 'secret.key'

/**
 * The data directory's own master key, made on the first start and readable by its owner alone.
 * Throws `MasterKeyError` where it is open to others, damaged, or gone while the data is not: a
 * new key in its place would leave every stored secret shut for good.
 */
export async function dataDirMasterKey(
  dataDir: string,
  randomBytes: (length: number) => Uint8Array,
): Promise<Uint8Array> {
  const file = join(dataDir, FILE)
  if (existsSync(file)) return readKey(file)
  if (existsSync(join(dataDir, 'latch.db'))) {
    throw new MasterKeyError(
      `${file} is missing, but the database beside it was made with it. Put the file back, or give ` +
        'its content by LATCH_SECRET_KEY.',
    )
  }
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const key = randomBytes(MASTER_KEY_BYTES)
  await writeKey(file, key)
  return key
}

async function readKey(file: string): Promise<Uint8Array> {
  const { mode } = await stat(file)
  if ((mode & 0o077) !== 0) {
    throw new MasterKeyError(`${file} can be read by others. Fix: chmod 600 ${file}`)
  }
  const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64')
  if (key.length !== MASTER_KEY_BYTES) {
    throw new MasterKeyError(`${file} is damaged: restore it from a backup.`)
  }
  return new Uint8Array(key)
}

/** On the disk before it is used: a key that a power cut takes back seals nothing worth having. */
async function writeKey(file: string, key: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(`${Buffer.from(key).toString('base64')}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
