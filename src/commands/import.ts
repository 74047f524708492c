import { UsageError } from '../operator/errors.ts'
import { createProviders } from '../providers/create-providers.ts'
import { REGISTRY } from '../providers/registry.ts'
import { type CommandOptions, defineCommand, type ExitCode } from './define-command.ts'
import { withEnvironment, withJson } from './options.ts'

type ImportOptions = CommandOptions & { fromNovu?: string; environment?: string }
type Source = { kind: 'file'; file: string } | { kind: 'novu'; url: string; apiKey: string }

/** Imports an export file, or the data of a Novu deployment. Exits with 1 if it skipped something. */
export const importCommand = defineCommand({
  name: 'import',
  description: 'import an export, or from Novu; existing records are left unchanged',
  declare: (command) =>
    withJson(withEnvironment(command))
      .argument('[file]', 'a file that `latch export` wrote')
      .option(
        '--from-novu <url>',
        'import from a Novu deployment; its API key is read from NOVU_SECRET_KEY',
      ),
  examples: [
    'latch import --data-dir /var/lib/latch latch.jsonl',
    'NOVU_SECRET_KEY=… latch import --from-novu https://api.novu.co',
  ],
  // Async, so that a usage error is a rejection like every other failure.
  run: async (file: string | undefined, options: ImportOptions) =>
    importFrom(readSource(file, options), options),
})

function readSource(file: string | undefined, { fromNovu }: ImportOptions): Source {
  const apiKey = process.env['NOVU_SECRET_KEY']
  if (file !== undefined && fromNovu === undefined) return { kind: 'file', file }
  if (file !== undefined || fromNovu === undefined) {
    throw new UsageError('Specify what to import: either a file, or --from-novu with a URL.')
  }
  if (!apiKey) {
    throw new UsageError('Set NOVU_SECRET_KEY to an API key of the Novu environment.')
  }
  return { kind: 'novu', url: fromNovu.replace(/\/+$/, ''), apiKey }
}

async function importFrom(source: Source, options: ImportOptions): Promise<ExitCode> {
  const { requireEnvironment } = await import('../operator/action.ts')
  const { createImporter } = await import('../transfer/importer.ts')
  const { createReport } = await import('../transfer/import-report.ts')
  const { importFile, importFromNovu } = await import('../transfer/run-import.ts')
  const { withOfflineStore } = await import('./offline-store.ts')
  return withOfflineStore<ExitCode>(options, async ({ settings, keys: _, ...offline }) => {
    const environment = await requireEnvironment(offline, options.environment ?? null)
    const providers = await createProviders(REGISTRY, settings.providerUrls, fetch, Date.now)
    const importRecord = createImporter({
      ...offline,
      environmentId: environment.id,
      providers,
      config: settings,
      clock: Date.now,
    })
    const report = createReport((text) => console.error(text))
    if (source.kind === 'file') await importFile(source.file, importRecord, report)
    else await importFromNovu({ ...source, fetch }, settings.dataDir, importRecord, report)
    console.log(options.json ? JSON.stringify(report.summary()) : report.text())
    return report.summary().skipped.length === 0 ? 0 : 1
  })
}
