import { readFile } from 'node:fs/promises'
import {
  createIntegrationAction,
  listIntegrationsAction,
  setClientSecretAction,
} from '../operator/integrations.ts'
import { UsageError } from '../operator/usage-error.ts'
import { REGISTRY } from '../providers/registry.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import { runAction } from './run-action.ts'

export type IntegrationOptions = CommandOptions & {
  environment?: string
  identifier?: string
  clientId?: string
  clientSecretFile?: string
}

/**
 * Makes an integration of an app that is registered at a provider. `options` has what was given of
 * the flags that providers declare, too.
 */
export async function createIntegration(
  providerId: string,
  options: IntegrationOptions & Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const { environment = null, identifier = null, clientId = '' } = options
  const clientSecret = await readClientSecret(options)
  const wanted = { environmentId: environment, providerId, identifier, clientId, clientSecret }
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
}

function ownCredentials(options: Readonly<Record<string, unknown>>): Record<string, string> {
  const names = REGISTRY.flatMap(({ flags }) => flags.map(({ credential }) => credential))
  return Object.fromEntries(
    names.flatMap((name) => (typeof options[name] === 'string' ? [[name, options[name]]] : [])),
  )
}

/** Prints an environment's integrations, without credentials. */
export async function listIntegrations(options: IntegrationOptions): Promise<ExitCode> {
  const { environment = null } = options
  const found = await runAction(options, listIntegrationsAction, { environmentId: environment })
  if (options.json) console.log(JSON.stringify(found))
  for (const { id, identifier, providerId, active } of options.json ? [] : found) {
    console.log(`${id}  ${providerId.padEnd(7)}  ${active ? 'active' : 'inactive'}  ${identifier}`)
  }
  return 0
}

/** Puts another client secret in, as when the provider's expires. */
export async function setClientSecret(
  identifier: string,
  options: IntegrationOptions,
): Promise<ExitCode> {
  const { environment = null } = options
  const clientSecret = await readClientSecret(options)
  const action = { environmentId: environment, identifier, clientSecret }
  const changed = await runAction(options, setClientSecretAction, action)
  console.log(options.json ? JSON.stringify(changed) : `"${identifier}" has another client secret`)
  return 0
}

/** From a file or standard input: on the command line every user of the machine could read it. */
async function readClientSecret({ clientSecretFile }: IntegrationOptions): Promise<string> {
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
