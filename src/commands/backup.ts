import { resolve } from 'node:path'
import { readConfig, type Settings } from '../config.ts'
import { UsageError } from '../operator/errors.ts'
import { type CommandOptions, defineCommand } from './define-command.ts'
import { withDataDir, withJson } from './options.ts'

/** A backup does not contain the secret key, so that a stolen backup cannot be decrypted. */
export const backupCommand = defineCommand({
  name: 'backup',
  description: 'copy the database to a file and verify the copy; works while latch runs',
  declare: (command) =>
    withJson(withDataDir(command)).argument('<file>', 'the file to write; it must not exist yet'),
  examples: ['latch backup --data-dir /var/lib/latch latch-2026-11-24.db'],
  run: async (file: string, options: CommandOptions) => {
    const { dataDir, database } = readConfig(process.env, options, { dataDir: 'latch-data' })
    requireDatabaseFile(database)
    const { backupDatabase } = await import('../store/database/backup.ts')
    await backupDatabase(dataDir, resolve(file))
    console.log(
      options.json
        ? JSON.stringify({ file: resolve(file) })
        : `${file} is written and verified. Keep a copy of the secret key too: it is not in the backup.`,
    )
    return 0
  },
})

/** Throws `UsageError` if the database is a server, not a file. */
export function requireDatabaseFile(database: Settings['database']): void {
  if (database === null) return
  throw new UsageError('The database is a libSQL server (LATCH_DATABASE_URL): use its own backups.')
}
