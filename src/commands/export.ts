import { open } from 'node:fs/promises'
import { requireEnvironment } from '../operator/action.ts'
import { exportEnvironment } from '../transfer/export.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import { withOfflineStore } from './offline-store.ts'

export type ExportOptions = CommandOptions & { withSecrets?: boolean; environment?: string }

/** Writes an environment as JSON lines, to a file that nobody else may read, or to standard output. */
export async function exportData(
  file: string | undefined,
  options: ExportOptions,
): Promise<ExitCode> {
  return withOfflineStore<ExitCode>(options, async ({ store }) => {
    const environment = await requireEnvironment({ store }, options.environment ?? null)
    const handle = file === undefined ? null : await open(file, 'wx', 0o600)
    const write = async (text: string): Promise<void> => {
      if (handle === null) await Bun.write(Bun.stdout, text)
      else await handle.writeFile(text)
    }
    let records = 0
    try {
      for await (const record of exportEnvironment(store, environment, !!options.withSecrets)) {
        await write(`${JSON.stringify(record)}\n`)
        records += 1
      }
      await handle?.sync()
    } finally {
      await handle?.close()
    }
    const left = options.withSecrets ? '' : ', without secrets (--with-secrets adds them)'
    console.error(`${records} records written${left}`)
    return 0
  })
}
