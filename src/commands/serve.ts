import { rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Config, readConfig, type Settings } from '../config.ts'
import type { Deps } from '../deps.ts'
import { callbackUrl } from '../domain/links/addresses.ts'
import { StoreError } from '../store/store-error.ts'
import { type CommandOptions, defineCommand } from './define-command.ts'
import { withListening } from './options.ts'
import { toggleDebugOnHangup } from './toggle-debug-log.ts'

/** Runs the service until it is told to stop. */
export const serveCommand = defineCommand({
  name: 'serve',
  description: 'run the service',
  declare: withListening,
  examples: [
    'latch serve',
    'LATCH_PUBLIC_URL=https://latch.example.com latch serve --data-dir /var/lib/latch',
  ],
  run: async (options: CommandOptions) => {
    const { startLatch, waitForStopSignal } = await import('./start.ts')
    const settings = readConfig(process.env, options, { dataDir: 'latch-data' })
    let apiKey: string | null = null
    const { deps, listensAt, metricsUrl, stop } = await startLatch(settings, async (deps) => {
      apiKey = await createFirstKey(deps)
    })
    // Install signal handlers before printing "latch listens": a supervisor may signal as soon as it
    // reads that.
    const stopSignal = waitForStopSignal()
    toggleDebugOnHangup(deps.log, deps.config.logLevel)
    greet(deps.config, {
      listensAt,
      metricsUrl,
      apiKey: apiKey && (await tellOf(apiKey, settings)),
    })
    await stopSignal
    await stop()
    return 0
  },
})

/** Creates the first environment in an empty data directory. Returns its API key, otherwise null. */
async function createFirstKey(deps: Deps): Promise<string | null> {
  const { commit } = await import('../domain/commit.ts')
  const { createFirstEnvironment } = await import('../domain/environments/first-environment.ts')
  const names = { environment: 'Production', key: 'first' }
  const decided = await commit(deps, { kind: 'command', id: 'serve' }, () =>
    createFirstEnvironment(deps, 'serve', names),
  )
  if (decided.kind === 'accepted') return decided.value.key.apiKey
  if (decided.purpose === 'serve') return null
  throw new StoreError(
    'data_dir_unusable',
    'This data directory is a sandbox with made-up users. Choose another with --data-dir.',
  )
}

/**
 * Describes where the first API key is. It is printed only on a terminal; other output may be a log,
 * which is kept and read by others, so the key is written to a file instead.
 */
async function tellOf(apiKey: string, { dataDir }: Pick<Settings, 'dataDir'>): Promise<string> {
  if (process.stdout.isTTY) return `API key (shown only once, store it now): ${apiKey}`
  const { createPrivate } = await import('../secrets/private-files.ts')
  const file = resolve(dataDir, 'first-api-key')
  // A file from a database that has been deleted.
  await rm(file, { force: true })
  await createPrivate(file)
  await writeFile(file, `${apiKey}\n`)
  return `API key (in a file that only you can read; store the key, then delete the file): ${file}`
}

type Started = { listensAt: string; metricsUrl: string | null; apiKey: string | null }

/** Prints what to do next. The local address is printed because it always works. */
function greet(config: Config, { listensAt, metricsUrl, apiKey }: Started): void {
  console.log(`latch listens at ${listensAt}`)
  if (config.publicUrl !== listensAt) console.log(`Public URL: ${config.publicUrl}`)
  console.log(`Redirect URL (enter it at Slack or Microsoft Entra): ${callbackUrl(config)}`)
  if (metricsUrl !== null) console.log(`Metrics: ${metricsUrl}/metrics`)
  if (apiKey !== null) console.log(apiKey)
  console.log('Next: register your app (latch integrations create), then create a link.')
  console.log(`Guides: ${listensAt}/docs. To check your setup: latch doctor.`)
}
