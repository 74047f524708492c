import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readConfig, type Settings } from '../config.ts'
import { keyFileOf } from '../secrets/key-file.ts'
import { createRandom } from '../secrets/random.ts'
import { createSealing } from '../secrets/sealing.ts'
import { StoreError } from '../store/store-error.ts'
import { requireDatabaseFile } from './backup.ts'
import { type CommandOptions, defineCommand } from './define-command.ts'
import { loadKeys } from './load-keys.ts'
import { withDataDir, withJson } from './options.ts'

/**
 * Replaces the database with a backup, once it is verified: undamaged, not of a newer latch, and
 * encrypted with the secret key of this data directory.
 */
export const restoreCommand = defineCommand({
  name: 'restore',
  description: 'verify a backup, then replace the database with it',
  declare: (command) =>
    withJson(withDataDir(command)).argument('<file>', 'a file that `latch backup` wrote'),
  examples: ['latch restore --data-dir /var/lib/latch latch-2026-11-24.db'],
  run: async (file: string, options: CommandOptions) => {
    const settings = readConfig(process.env, options, { dataDir: 'latch-data' })
    requireDatabaseFile(settings.database)
    await restore(file, settings)
    console.log(options.json ? JSON.stringify({ restored: resolve(file) }) : `${file} is restored`)
    return 0
  },
})

async function restore(file: string, settings: Settings): Promise<void> {
  const { dataDir, masterKeys } = settings
  const { replaceDatabase, verifyDatabase } = await import('../store/database/backup.ts')
  await verifyDatabase(file)
  if (masterKeys === null && !existsSync(keyFileOf(dataDir))) {
    throw new StoreError(
      'wrong_secret_key',
      `A backup cannot be used without its secret key: copy secret.key into ${dataDir}, or set LATCH_SECRET_KEY.`,
    )
  }
  const trial = await mkdtemp(join(tmpdir(), 'latch-restore-'))
  try {
    await replaceDatabase(trial, file)
    await requireDecryptable(trial, file, settings)
    await replaceWhileLocked(dataDir, file)
  } finally {
    await rm(trial, { recursive: true, force: true })
  }
}

/** Throws `StoreError` if the secret key does not decrypt every secret of the backup. */
async function requireDecryptable(trial: string, file: string, settings: Settings): Promise<void> {
  const { openStore } = await import('../store/store.ts')
  const random = createRandom()
  const { keyring } = await loadKeys(settings, random)
  const store = await openStore(trial, createSealing(keyring, random))
  const { undecryptable } = await store.sealedValues.check().finally(() => store.close())
  if (undecryptable.length > 0) {
    throw new StoreError(
      'wrong_secret_key',
      `The secret key does not decrypt ${undecryptable.length} secrets in ${file}.`,
    )
  }
}

/** Holds the lock, so that no latch is running on the database or starts while it is replaced. */
async function replaceWhileLocked(dataDir: string, file: string): Promise<void> {
  const { lockDataDir } = await import('../store/database/lock.ts')
  const { replaceDatabase } = await import('../store/database/backup.ts')
  const lock = await lockDataDir(dataDir)
  if (lock === null) {
    const message = `latch is running on ${dataDir}. Stop it first.`
    throw new StoreError('data_dir_in_use', message)
  }
  try {
    await replaceDatabase(dataDir, file)
  } finally {
    lock.release()
  }
}
