import { readConfig, type Settings } from '../config.ts'
import { callbackUrl } from '../domain/links/addresses.ts'
import { ListenError, type Listener, listen } from '../http/listen.ts'
import { REGISTRY } from '../providers/registry.ts'
import { createStandIn, loadStandIns, standInAddresses } from '../sandbox/stand-ins.ts'
import { sandboxApiKey } from '../secrets/api-key.ts'
import { type CommandOptions, defineCommand } from './define-command.ts'
import { withJson, withListening } from './options.ts'
import { describeSandbox, type SandboxFacts, sandboxJson } from './sandbox-greeting.ts'
import { toggleDebugOnHangup } from './toggle-debug-log.ts'

/** Runs the service with stand-ins for the providers, and seeds data for a first link. */
export const sandboxCommand = defineCommand({
  name: 'sandbox',
  description:
    'run the service with stand-ins for Slack and Microsoft and made-up users, to try it and for tests',
  declare: (command) => withJson(withListening(command)),
  examples: ['latch sandbox', 'latch sandbox --port 0 --json'],
  run: async (options: CommandOptions) => {
    // As in Novu, a link is complete when the provider sends the user back, so that tests need no
    // browser; `LATCH_USER_VERIFICATION` changes it.
    const environment = { LATCH_USER_VERIFICATION: 'none', ...process.env }
    const settings = readConfig(environment, options, { dataDir: 'latch-sandbox' })
    const listeners: Listener[] = []
    try {
      for (const [position] of REGISTRY.entries()) {
        listeners.push(listenForStandIn(settings, position + 1))
      }
      await runWithStandIns(listeners, settings, options)
      return 0
    } finally {
      await Promise.all(listeners.map((listener) => listener.stop()))
    }
  },
})

async function runWithStandIns(
  listeners: readonly Listener[],
  settings: Settings,
  options: CommandOptions,
): Promise<void> {
  const { startLatch, waitForStopSignal } = await import('./start.ts')
  const { SANDBOX_SUBSCRIBER_ID, seedSandbox } = await import('../sandbox/seed.ts')
  let isNew = false
  const standIns = await loadStandIns(REGISTRY, (position) => listeners[position]?.url ?? '')
  const { deps, keyring, stop } = await startLatch(
    { ...settings, providerUrls: standInAddresses(standIns) },
    async (opened, openedKeyring) => {
      isNew = await seedSandbox(opened, sandboxApiKey(openedKeyring), standIns)
    },
  )
  const redirectUri = callbackUrl(deps.config)
  const { clock, sleep, random } = deps
  for (const [position, standIn] of standIns.entries()) {
    const { fetch } = createStandIn(standIn, {
      redirectUri,
      clock,
      sleep,
      randomId: random.alphanumeric,
    })
    listeners[position]?.setHandler(fetch)
  }
  const facts: SandboxFacts = {
    url: deps.config.publicUrl,
    apiKey: sandboxApiKey(keyring),
    callbackUrl: redirectUri,
    standIns: standIns.map(({ provider: { id, standIn }, url }) => ({
      name: standIn.name,
      urlName: standIn.urlName,
      url,
      providerId: id,
      // The seed gives an integration the id of its provider as identifier.
      integrationIdentifier: id,
    })),
    subscriberId: SANDBOX_SUBSCRIBER_ID,
    connectionIdentifier:
      standIns.flatMap(({ standIn }) => standIn.seed.connection?.identifier ?? []).at(0) ?? null,
  }
  const stopSignal = waitForStopSignal()
  toggleDebugOnHangup(deps.log, deps.config.logLevel)
  console.log(options.json ? sandboxJson(facts) : describeSandbox(facts, isNew))
  await stopSignal
  await stop()
}

/** Uses a fixed port after latch's own, or any free port if that one is taken. */
function listenForStandIn({ host, port }: Settings, distance: number): Listener {
  try {
    return listen(host, port === 0 ? 0 : port + distance)
  } catch (error) {
    if (error instanceof ListenError) return listen(host, 0)
    throw error
  }
}
