import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readConfig, type Settings } from '../config.ts'
import { UsageError } from '../operator/usage-error.ts'
import { keyFileOf } from '../secrets/key-file.ts'
import { createRandom } from '../secrets/random.ts'
import { createSealing } from '../secrets/sealing.ts'
import { backupDatabase, replaceDatabase, verifyDatabase } from '../store/database/backup.ts'
import { lockDataDir } from '../store/database/lock.ts'
import { openStore } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import { openKeys } from './open-keys.ts'

/** Writes a copy of the database, also while latch runs. The secret key is not in it. */
export async function backup(file: string, options: CommandOptions): Promise<ExitCode> {
  const { dataDir, database } = readConfig(process.env, options, { dataDir: 'latch-data' })
  refuseServer(database)
  await backupDatabase(dataDir, resolve(file))
  console.log(
    options.json
      ? JSON.stringify({ file: resolve(file) })
      : `${file} is written and verified. Keep the secret key as well: it is not in there.`,
  )
  return 0
}

function refuseServer(database: Settings['database']): void {
  if (database === null) return
  throw new UsageError('The database is a libSQL server (LATCH_DATABASE_URL): use its own backups.')
}

/**
 * Puts a backup in the place of the database, once it has been proven: sound, of a latch that this
 * one understands, and sealed with the secret key at hand.
 */
export async function restore(file: string, options: CommandOptions): Promise<ExitCode> {
  const settings = readConfig(process.env, options, { dataDir: 'latch-data' })
  const { dataDir, masterKeys } = settings
  refuseServer(settings.database)
  await verifyDatabase(file)
  if (masterKeys === null && !existsSync(keyFileOf(dataDir))) {
    throw new StoreError(
      'wrong_secret_key',
      `A backup is worth nothing without its secret key: put secret.key into ${dataDir}, or give it by LATCH_SECRET_KEY.`,
    )
  }
  const random = createRandom()
  const { keyring } = await openKeys(settings, random)
  const sealing = createSealing(keyring, random)
  const trial = await mkdtemp(join(tmpdir(), 'latch-restore-'))
  try {
    await replaceDatabase(trial, file)
    const store = await openStore(trial, sealing)
    const { dead } = await store.sealedValues.check().finally(() => store.close())
    if (dead.length > 0) {
      throw new StoreError('wrong_secret_key', `${dead.length} secrets in ${file} do not open.`)
    }
    await replaceWhileLocked(dataDir, file)
  } finally {
    await rm(trial, { recursive: true, force: true })
  }
  console.log(options.json ? JSON.stringify({ restored: resolve(file) }) : `${file} is restored`)
  return 0
}

/** Nobody may start on what is being replaced, and nobody may be running on it. */
async function replaceWhileLocked(dataDir: string, file: string): Promise<void> {
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
