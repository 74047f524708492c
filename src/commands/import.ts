import { requireEnvironment } from '../operator/action.ts'
import { UsageError } from '../operator/usage-error.ts'
import { createProviders } from '../providers/create-providers.ts'
import { REGISTRY } from '../providers/registry.ts'
import { createImporter } from '../transfer/importer.ts'
import { createReport } from '../transfer/report.ts'
import { importFile, importFromNovu } from '../transfer/run-import.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import { withOfflineStore } from './offline-store.ts'

export type ImportOptions = CommandOptions & { fromNovu?: string; environment?: string }

/** Stores what was exported, by latch or read from Novu; 1 where something had to be left out. */
export async function importData(
  file: string | undefined,
  options: ImportOptions,
): Promise<ExitCode> {
  const apiKey = process.env['NOVU_SECRET_KEY']
  const { fromNovu } = options
  if ((file === undefined) === (fromNovu === undefined)) {
    throw new UsageError('say what to import: either a file, or --from-novu with a URL')
  }
  if (fromNovu !== undefined && !apiKey) {
    throw new UsageError("NOVU_SECRET_KEY is not set: it is the key of Novu's environment")
  }
  return withOfflineStore<ExitCode>(options, async ({ settings, keys: _, ...offline }) => {
    const environment = await requireEnvironment(offline, options.environment ?? null)
    const providers = await createProviders(REGISTRY, settings.providerUrls, fetch, Date.now)
    const take = createImporter({
      ...offline,
      environmentId: environment.id,
      providers,
      config: settings,
      clock: Date.now,
    })
    const report = createReport((text) => console.error(text))
    if (file !== undefined) await importFile(file, take, report)
    if (fromNovu !== undefined && apiKey) {
      const url = fromNovu.replace(/\/+$/, '')
      await importFromNovu({ url, apiKey, fetch }, settings.dataDir, take, report)
    }
    console.log(options.json ? JSON.stringify(report.facts()) : report.text())
    return report.facts().skipped.length === 0 ? 0 : 1
  })
}
