import { open } from 'node:fs/promises'
import { type CommandOptions, defineCommand } from './define-command.ts'
import { withEnvironment } from './options.ts'

type ExportOptions = CommandOptions & { withSecrets?: boolean; environment?: string }

/** Writes an environment as JSON lines, to a file with mode 0600 or to standard output. */
export const exportCommand = defineCommand({
  name: 'export',
  description: 'write integrations, subscribers, contexts, connections and endpoints as JSON lines',
  declare: (command) =>
    withEnvironment(command)
      .argument('[file]', 'the file to write; default: standard output')
      .option('--with-secrets', 'include client secrets, tokens and webhook URLs, unencrypted'),
  examples: ['latch export --data-dir /var/lib/latch --with-secrets latch.jsonl'],
  run: async (file: string | undefined, options: ExportOptions) => {
    const { withSecrets = false } = options
    const records = await writeRecords(file, options, withSecrets)
    const left = withSecrets ? '' : ', without secrets (--with-secrets adds them)'
    console.error(`${records} records written${left}`)
    return 0
  },
})

/** Returns how many records were written. */
async function writeRecords(
  file: string | undefined,
  options: ExportOptions,
  withSecrets: boolean,
): Promise<number> {
  const { requireEnvironment } = await import('../operator/action.ts')
  const { exportEnvironment } = await import('../transfer/export.ts')
  const { withOfflineStore } = await import('./offline-store.ts')
  return withOfflineStore(options, async ({ store }) => {
    const environment = await requireEnvironment({ store }, options.environment ?? null)
    const handle = file === undefined ? null : await open(file, 'wx', 0o600)
    let records = 0
    try {
      for await (const record of exportEnvironment(store, environment, withSecrets)) {
        const line = `${JSON.stringify(record)}\n`
        if (handle === null) await Bun.write(Bun.stdout, line)
        else await handle.writeFile(line)
        records += 1
      }
      await handle?.sync()
    } finally {
      await handle?.close()
    }
    return records
  })
}
