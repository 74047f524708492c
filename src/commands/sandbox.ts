import { callbackUrl } from '../api/callback/callback-url.ts'
import { readConfig, type Settings } from '../config.ts'
import { ListenError, type Listener, listen } from '../http/listen.ts'
import { SANDBOX, seedSandbox } from '../sandbox/seed.ts'
import { createStandIns, HOMES } from '../sandbox/stand-ins.ts'
import { sandboxApiKey } from '../secrets/api-key.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import { changeLevelOnHangup } from './on-hangup.ts'
import { describeSandbox, type SandboxFacts } from './sandbox-greeting.ts'
import { startLatch, untilToldToStop } from './start.ts'

type Listeners = { slack: Listener; entra: Listener }

/** Runs the service with stand-ins for the providers, filled so that a first link works at once. */
export async function sandbox(options: CommandOptions): Promise<ExitCode> {
  const settings = readConfig(process.env, options, { dataDir: 'latch-sandbox' })
  const slack = listenBeside(settings, 1)
  const entra = listenBeside(settings, 2)
  try {
    return await runBeside({ slack, entra }, settings, options)
  } finally {
    await Promise.all([slack.stop(), entra.stop()])
  }
}

async function runBeside(
  { slack, entra }: Listeners,
  settings: Settings,
  options: CommandOptions,
): Promise<ExitCode> {
  let isNew = false
  const addresses = { slackUrl: slack.url, entraUrl: entra.url, graphUrl: `${entra.url}/graph` }
  const { deps, keyring, stop } = await startLatch(
    { ...settings, ...addresses },
    async (opened, openedKeyring) => {
      isNew = await seedSandbox(opened, sandboxApiKey(openedKeyring), HOMES)
    },
  )
  const redirectUri = callbackUrl(deps.config)
  const { clock, sleep, random } = deps
  const standIns = createStandIns({
    ...addresses,
    redirectUri,
    clock,
    sleep,
    randomId: random.letters,
  })
  slack.answerWith(standIns.slack.fetch)
  entra.answerWith(standIns.entra.fetch)
  const facts: SandboxFacts = {
    url: deps.config.publicUrl,
    apiKey: sandboxApiKey(keyring),
    callbackUrl: redirectUri,
    slackUrl: slack.url,
    entraUrl: entra.url,
    integrations: {
      slack: SANDBOX.integrationIdentifier,
      msteams: SANDBOX.msteams.integrationIdentifier,
    },
    subscriberId: SANDBOX.subscriberId,
    connectionIdentifier: SANDBOX.connectionIdentifier,
  }
  const toldToStop = untilToldToStop()
  changeLevelOnHangup(deps.log, deps.config.logLevel)
  console.log(options.json ? JSON.stringify(facts) : describeSandbox(facts, isNew))
  await toldToStop
  await stop()
  return 0
}

/** On a port near latch's, so that it is the same at every start, or on any if that one is taken. */
function listenBeside({ host, port }: Settings, distance: number): Listener {
  try {
    return listen(host, port === 0 ? 0 : port + distance)
  } catch (error) {
    if (error instanceof ListenError) return listen(host, 0)
    throw error
  }
}
