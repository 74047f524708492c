import { readConfig } from '../config.ts'
import type { Deps } from '../deps.ts'
import { callbackUrl } from '../domain/links/addresses.ts'
import { createApiKey, digestApiKey } from '../secrets/api-key.ts'
import { StoreError } from '../store/store-error.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import { changeLevelOnHangup } from './on-hangup.ts'
import { startLatch, untilToldToStop } from './start.ts'

/** Runs the service until it is told to stop. */
export async function serve(options: CommandOptions): Promise<ExitCode> {
  const settings = readConfig(process.env, options, { dataDir: 'latch-data' })
  let apiKey: string | null = null
  const { deps, metricsUrl, stop } = await startLatch(settings, async (deps) => {
    apiKey = await createFirstEnvironment(deps)
  })
  // Before anything is said: who reads that it runs may send the signal.
  const toldToStop = untilToldToStop()
  changeLevelOnHangup(deps.log, deps.config.logLevel)
  greet(deps, apiKey, metricsUrl)
  await toldToStop
  await stop()
  return 0
}

/** The API key of the environment that an empty data directory gets; null where there is one. */
async function createFirstEnvironment({ store, random, clock }: Deps): Promise<string | null> {
  if ((await store.facts.purpose()) === 'sandbox') {
    throw new StoreError(
      'data_dir_unusable',
      'This data directory is a sandbox, with made-up users. Choose another with --data-dir.',
    )
  }
  if ((await store.environments.first()) !== null) return null
  const nowMs = clock()
  const environmentId = random.recordId(nowMs)
  const apiKey = createApiKey(random)
  const made = await store.commitIfFirst([
    store.facts.setPurpose('serve'),
    store.environments.insert({
      id: environmentId,
      organizationId: random.recordId(nowMs),
      name: 'Production',
      createdAtMs: nowMs,
    }),
    store.apiKeys.insert({
      id: random.recordId(nowMs),
      environmentId,
      name: 'first',
      digest: digestApiKey(apiKey),
      createdAtMs: nowMs,
    }),
  ])
  return made ? apiKey : null
}

function greet({ config }: Deps, apiKey: string | null, metricsUrl: string | null): void {
  console.log(`latch listens at ${config.publicUrl}`)
  console.log(`Redirect URL (paste it at Slack or Microsoft Entra): ${callbackUrl(config)}`)
  if (metricsUrl !== null) console.log(`Metrics: ${metricsUrl}/metrics`)
  if (apiKey !== null) console.log(`API key (shown this once, keep it): ${apiKey}`)
}
