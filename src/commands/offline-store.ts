import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig, type Settings } from '../config.ts'
import { createKeyring } from '../secrets/keyring.ts'
import { dataDirMasterKey } from '../secrets/master-key.ts'
import { createRandom, type Random } from '../secrets/random.ts'
import { createSealing } from '../secrets/sealing.ts'
import type { Environment } from '../store/environments.ts'
import { openStore, type Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import type { CommandOptions } from './command.ts'

export type Offline = { settings: Settings; store: Store; random: Random }

/**
 * Opens the data directory for a command that works on it alone, and closes it afterwards. Throws
 * `StoreError` while a latch is running on it.
 */
export async function withOfflineStore<Result>(
  options: CommandOptions,
  work: (offline: Offline) => Promise<Result>,
): Promise<Result> {
  const settings = readConfig(process.env, options, { dataDir: 'latch-data' })
  if (!existsSync(join(settings.dataDir, 'latch.db'))) {
    throw new StoreError(
      'data_dir_unusable',
      `There is no latch data in ${settings.dataDir}. Choose the directory with --data-dir.`,
    )
  }
  const random = createRandom()
  const masterKey = settings.secretKey ?? (await dataDirMasterKey(settings.dataDir, random.bytes))
  const store = await openStore(settings.dataDir, createSealing(createKeyring(masterKey), random))
  try {
    return await work({ settings, store, random })
  } finally {
    await store.close()
  }
}

/** The environment of that id, or the first one. Throws `StoreError` where there is none. */
export async function requireEnvironment(store: Store, id?: string): Promise<Environment> {
  const found =
    id === undefined ? await store.environments.first() : await store.environments.findById(id)
  if (found !== null) return found
  throw new StoreError(
    'environment_not_found',
    id === undefined
      ? 'This data directory has no environment yet. Start `latch serve` once to make one.'
      : `There is no environment ${id} here.`,
  )
}
