import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { UsageError } from '../operator/usage-error.ts'
import { REGISTRY } from '../providers/registry.ts'
import { type CommandOptions, defineCommand, defineGroup } from './define-command.ts'
import { withEnvironment, withJson } from './options.ts'

type IntegrationOptions = CommandOptions & { environment?: string }
type SecretOptions = IntegrationOptions & { clientSecretFile?: string }
/** With what was given of the flags that providers declare. */
type CreateOptions = SecretOptions & { identifier?: string; clientId?: string } & Readonly<
    Record<string, unknown>
  >

const withSecretFile = (command: Command): Command =>
  command.option('--client-secret-file <file>', 'where the client secret is, - for input')

const create = defineCommand({
  name: 'create',
  description: 'make latch know an app',
  declare: (command) => {
    withSecretFile(
      withJson(withEnvironment(command))
        .argument('<provider>', REGISTRY.map(({ id }) => id).join(' or '))
        .requiredOption('--client-id <id>', "the app's client id"),
    ).option('--identifier <name>', 'what backends call it; the provider if left out')
    for (const { flag, help } of REGISTRY.flatMap(({ flags }) => flags)) command.option(flag, help)
    return command
  },
  examples: [
    'latch integrations create slack --client-id 123.456 --client-secret-file slack.secret',
    'pass slack | latch integrations create slack --client-id 123.456 --client-secret-file -',
  ],
  run: async (providerId: string, options: CreateOptions) => {
    const { environment = null, identifier = null, clientId = '' } = options
    const clientSecret = await readClientSecret(options)
    const wanted = { environmentId: environment, providerId, identifier, clientId, clientSecret }
    const { createIntegrationAction } = await import('../operator/integrations.ts')
    const { runAction } = await import('./run-action.ts')
    const made = await runAction(options, createIntegrationAction, {
      ...wanted,
      own: ownCredentials(options),
    })
    console.log(
      options.json
        ? JSON.stringify(made)
        : `Integration ${made.id} "${made.identifier}". Will links work? latch doctor`,
    )
    return 0
  },
})

function ownCredentials(options: Readonly<Record<string, unknown>>): Record<string, string> {
  const names = REGISTRY.flatMap(({ flags }) => flags.map(({ credential }) => credential))
  return Object.fromEntries(
    names.flatMap((name) => (typeof options[name] === 'string' ? [[name, options[name]]] : [])),
  )
}

const list = defineCommand({
  name: 'list',
  description: 'list them',
  declare: (command) => withJson(withEnvironment(command)),
  examples: ['latch integrations list --json'],
  run: async (options: IntegrationOptions) => {
    const { environment = null } = options
    const { listIntegrationsAction } = await import('../operator/integrations.ts')
    const { runAction } = await import('./run-action.ts')
    const found = await runAction(options, listIntegrationsAction, { environmentId: environment })
    if (options.json) console.log(JSON.stringify(found))
    for (const { id, identifier, providerId, active } of options.json ? [] : found) {
      console.log(
        `${id}  ${providerId.padEnd(7)}  ${active ? 'active' : 'inactive'}  ${identifier}`,
      )
    }
    return 0
  },
})

const setSecret = defineCommand({
  name: 'set-secret',
  description: 'put another client secret in, as when the old one expires',
  declare: (command) =>
    withSecretFile(
      withJson(withEnvironment(command)).argument(
        '<identifier>',
        'as `latch integrations list` shows it',
      ),
    ),
  examples: ['latch integrations set-secret msteams --client-secret-file entra.secret'],
  run: async (identifier: string, options: SecretOptions) => {
    const { environment = null } = options
    const clientSecret = await readClientSecret(options)
    const { setClientSecretAction } = await import('../operator/integrations.ts')
    const { runAction } = await import('./run-action.ts')
    const wanted = { environmentId: environment, identifier, clientSecret }
    const changed = await runAction(options, setClientSecretAction, wanted)
    console.log(
      options.json ? JSON.stringify(changed) : `"${identifier}" has another client secret`,
    )
    return 0
  },
})

/** From a file or standard input: on the command line every user of the machine could read it. */
async function readClientSecret({ clientSecretFile }: SecretOptions): Promise<string> {
  if (clientSecretFile === undefined) {
    throw new UsageError(
      'say where the client secret is: --client-secret-file FILE, or - to type it',
    )
  }
  const text =
    clientSecretFile === '-' ? await Bun.stdin.text() : await readFile(clientSecretFile, 'utf8')
  if (text.trim() !== '') return text.trim()
  throw new UsageError('the client secret is empty')
}

export const integrationsCommand = defineGroup({
  name: 'integrations',
  description: 'the apps at Slack and Microsoft that links go through',
  commands: [create, list, setSecret],
})
