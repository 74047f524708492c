import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig, type Settings } from '../config.ts'
import { createLog, type Log } from '../observe/log.ts'
import type { RotatingKeys } from '../operator/rotation.ts'
import { createRandom, type Random } from '../secrets/random.ts'
import { createSealing } from '../secrets/sealing.ts'
import { openStore, type Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import type { CommandOptions } from './define-command.ts'
import { loadKeys } from './load-keys.ts'

export type Offline = {
  settings: Settings
  store: Store
  random: Random
  keys: RotatingKeys
  log: Log
  /** Does nothing: the next latch that runs does the jobs that a command schedules. */
  wakeJobs(): void
}

/** Closes what was opened. */
type Close = () => Promise<void>

/**
 * Opens the data directory for a command that needs exclusive use of it, until it is closed. Throws
 * `StoreError` if latch is running on it.
 */
export async function openOffline(options: CommandOptions): Promise<Offline & { close: Close }> {
  const settings = readConfig(process.env, options, { dataDir: 'latch-data' })
  if (settings.database === null && !existsSync(join(settings.dataDir, 'latch.db'))) {
    throw new StoreError(
      'data_dir_unusable',
      `There is no latch data in ${settings.dataDir}. Choose the directory with --data-dir.`,
    )
  }
  const { logLevel } = settings
  // The service's informational log lines would only confuse readers of a command's output.
  const log = await createLog(logLevel === 'info' ? 'warn' : logLevel)
  const random = createRandom()
  const keys = await loadKeys(settings, random)
  const store = await openStore(settings.dataDir, createSealing(keys.keyring, random), {
    server: settings.database,
  })
  return { settings, store, random, keys, log, wakeJobs: () => {}, close: store.close }
}

/** Opens the data directory as `openOffline` does, and closes it afterwards. */
export async function withOfflineStore<Result>(
  options: CommandOptions,
  work: (offline: Offline) => Promise<Result>,
): Promise<Result> {
  const offline = await openOffline(options)
  try {
    return await work(offline)
  } finally {
    await offline.close()
  }
}
