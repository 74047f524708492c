import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { UsageError } from '../operator/errors.ts'
import { REGISTRY } from '../providers/registry.ts'
import { type CommandOptions, defineCommand, defineGroup } from './define-command.ts'
import { withEnvironment, withJson } from './options.ts'

type IntegrationOptions = CommandOptions & { environment?: string }
type SecretOptions = IntegrationOptions & { clientSecretFile?: string }
/** Also contains the values of the flags that providers declare. */
type CreateOptions = SecretOptions & {
  identifier?: string
  name?: string
  clientId?: string
} & Readonly<Record<string, unknown>>

const withSecretFile = (command: Command): Command =>
  command.option(
    '--client-secret-file <file>',
    'the file with the client secret; - reads standard input',
  )

const create = defineCommand({
  name: 'create',
  description: 'register a provider app',
  declare: (command) => {
    withSecretFile(
      withJson(withEnvironment(command))
        .argument('<provider>', REGISTRY.map(({ id }) => id).join(' or '))
        .requiredOption('--client-id <id>', 'the client id of the app'),
    )
      .option('--identifier <name>', 'its name in API requests; default: the provider')
      .option('--name <name>', "your product's name, as users see it on latch's pages")
    for (const { flag, help } of REGISTRY.flatMap(({ flags }) => flags)) command.option(flag, help)
    return command
  },
  examples: [
    'latch integrations create slack --name YourApp --client-id 123.456 --client-secret-file slack.secret',
    'pass slack | latch integrations create slack --client-id 123.456 --client-secret-file -',
  ],
  run: async (providerId: string, options: CreateOptions) => {
    const { environment = null, identifier = null, name, clientId = '' } = options
    const clientSecret = await readClientSecret(options)
    const wanted = { environmentId: environment, providerId, identifier, clientId, clientSecret }
    const { createIntegrationAction } = await import('../operator/integrations.ts')
    const { runAction } = await import('./run-action.ts')
    const made = await runAction(options, createIntegrationAction, {
      ...wanted,
      ...(name !== undefined && { name }),
      own: ownCredentials(options),
    })
    console.log(
      options.json
        ? JSON.stringify(made)
        : `Registered integration ${made.id} "${made.identifier}". Check it with: latch doctor`,
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
  description: 'list integrations',
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
  description: 'replace the client secret, for example before it expires',
  declare: (command) =>
    withSecretFile(
      withJson(withEnvironment(command)).argument(
        '<identifier>',
        'its identifier, from `latch integrations list`',
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
      options.json ? JSON.stringify(changed) : `The client secret of "${identifier}" is replaced`,
    )
    return 0
  },
})

/** From a file or standard input: a command line can be read by every user of the machine. */
async function readClientSecret({ clientSecretFile }: SecretOptions): Promise<string> {
  if (clientSecretFile === undefined) {
    throw new UsageError('Set --client-secret-file to a file, or to - to read standard input.')
  }
  const text =
    clientSecretFile === '-' ? await Bun.stdin.text() : await readFile(clientSecretFile, 'utf8')
  if (text.trim() !== '') return text.trim()
  throw new UsageError('The client secret is empty.')
}

export const integrationsCommand = defineGroup({
  name: 'integrations',
  description: 'register and list your apps at Slack and Microsoft',
  commands: [create, list, setSecret],
})
