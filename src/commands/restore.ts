import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readConfig, type Settings } from '../config.ts'
import { keyFileOf } from '../secrets/key-file.ts'
import { createRandom } from '../secrets/random.ts'
import { createSealing } from '../secrets/sealing.ts'
import { StoreError } from '../store/store-error.ts'
import { refuseServer } from './backup.ts'
import { type CommandOptions, defineCommand } from './define-command.ts'
import { openKeys } from './open-keys.ts'
import { withDataDir, withJson } from './options.ts'

/**
 * Puts a backup in the place of the database, once it has been proven: sound, of a latch that this
 * one understands, and sealed with the secret key at hand.
 */
export const restoreCommand = defineCommand({
  name: 'restore',
  description: 'prove a backup, then put it in the place of the database',
  declare: (command) =>
    withJson(withDataDir(command)).argument('<file>', 'what `latch backup` wrote'),
  examples: ['latch restore --data-dir /var/lib/latch latch-2026-11-24.db'],
  run: async (file: string, options: CommandOptions) => {
    const settings = readConfig(process.env, options, { dataDir: 'latch-data' })
    refuseServer(settings.database)
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
      `A backup is worth nothing without its secret key: put secret.key into ${dataDir}, or give it by LATCH_SECRET_KEY.`,
    )
  }
  const trial = await mkdtemp(join(tmpdir(), 'latch-restore-'))
  try {
    await replaceDatabase(trial, file)
    await proveOpens(trial, file, settings)
    await replaceWhileLocked(dataDir, file)
  } finally {
    await rm(trial, { recursive: true, force: true })
  }
}

/** Throws `StoreError` where the secret key does not open every secret of the backup. */
async function proveOpens(trial: string, file: string, settings: Settings): Promise<void> {
  const { openStore } = await import('../store/store.ts')
  const random = createRandom()
  const { keyring } = await openKeys(settings, random)
  const store = await openStore(trial, createSealing(keyring, random))
  const { dead } = await store.sealedValues.check().finally(() => store.close())
  if (dead.length > 0) {
    throw new StoreError('wrong_secret_key', `${dead.length} secrets in ${file} do not open.`)
  }
}

/** No latch may start on a database that is being replaced, and none may be running on it. */
async function replaceWhileLocked(dataDir: string, file: string): Promise<void> {
  const { lockDataDir } = await import('../store/database/lock.ts')
  const { replaceDatabase } = await import('../store/database/backup.ts')
  const lock = await lockDataDir(dataDir)
  if (lock === null) {
    const message = `A latch is running on ${dataDir}. Stop it first.`
    throw new StoreError('data_dir_in_use', message)
  }
  try {
    await replaceDatabase(dataDir, file)
  } finally {
    lock.release()
  }
}
