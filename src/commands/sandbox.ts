import { callbackUrl } from '../api/callback/callback-url.ts'
import { readConfig, type Settings } from '../config.ts'
import type { Deps } from '../deps.ts'
import { ListenError, type Listener, listen } from '../http/listen.ts'
import { SANDBOX, seedSandbox } from '../sandbox/seed.ts'
import { createSlackSandbox, type SlackSandbox } from '../sandbox/slack/app.ts'
import { ACME, createSlackDirectory } from '../sandbox/slack/directory.ts'
import { sandboxApiKey } from '../secrets/api-key.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import { describeSandbox, type SandboxFacts } from './sandbox-greeting.ts'
import { startLatch, untilToldToStop } from './start.ts'

/** Runs the service with stand-ins for the providers, filled so that a first link works at once. */
export async function sandbox(options: CommandOptions): Promise<ExitCode> {
  const settings = readConfig(process.env, options, { dataDir: 'latch-sandbox' })
  const slack = listenBeside(settings)
  try {
    return await runBeside(slack, settings, options)
  } finally {
    await slack.stop()
  }
}

async function runBeside(
  slack: Listener,
  settings: Settings,
  options: CommandOptions,
): Promise<ExitCode> {
  let isNew = false
  const { deps, keyring, stop } = await startLatch(
    { ...settings, slackUrl: slack.url },
    async (opened, openedKeyring) => {
      isNew = await seedSandbox(opened, sandboxApiKey(openedKeyring), ACME)
    },
  )
  slack.answerWith(standInForSlack(deps, slack.url))
  const facts: SandboxFacts = {
    url: deps.config.publicUrl,
    apiKey: sandboxApiKey(keyring),
    callbackUrl: callbackUrl(deps.config),
    slackUrl: slack.url,
    entraUrl: null,
    integrations: { slack: SANDBOX.integrationIdentifier, msteams: null },
    subscriberId: SANDBOX.subscriberId,
    connectionIdentifier: SANDBOX.connectionIdentifier,
  }
  console.log(options.json ? JSON.stringify(facts) : describeSandbox(facts, isNew))
  await untilToldToStop()
  await stop()
  return 0
}

/** On the next port, so that it is the same at every start, or on any if that one is taken. */
function listenBeside({ host, port }: Settings): Listener {
  try {
    return listen(host, port === 0 ? 0 : port + 1)
  } catch (error) {
    if (error instanceof ListenError) return listen(host, 0)
    throw error
  }
}

function standInForSlack({ config, clock, random }: Deps, url: string): SlackSandbox['fetch'] {
  const directory = createSlackDirectory({
    clientId: SANDBOX.clientId,
    clientSecret: SANDBOX.clientSecret,
    redirectUri: callbackUrl(config),
  })
  return createSlackSandbox({ directory, clock, randomId: random.letters, issuer: () => url }).fetch
}
