import { Type } from '@sinclair/typebox'
import { readUsableApp } from '../domain/integrations/app.ts'
import { callbackUrl } from '../domain/links/addresses.ts'
import { createProviders } from '../providers/create-providers.ts'
import { type Finding, failed, ok } from '../providers/diagnostics.ts'
import type { Provider } from '../providers/provider.ts'
import type { ListedIntegration } from '../store/integrations/integrations.ts'
import { defineAction, type OperatorContext } from './action.ts'
import { checkApprovals } from './check-approvals.ts'
import { findSharedChatUsers } from './check-chat-users.ts'
import {
  checkDataDir,
  checkDisk,
  checkKeyFile,
  checkPublicUrl,
  checkSecretFiles,
} from './check-machine.ts'
import { verificationCheck } from './check-verification.ts'
import { watchClock } from './clock-skew.ts'

const DoctorReport = Type.Object({
  findings: Type.Array(
    Type.Object({
      subject: Type.String(),
      status: Type.Union(
        (['ok', 'note', 'warning', 'failed'] as const).map((status) => Type.Literal(status)),
      ),
      message: Type.String(),
      remedy: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  /** The values to enter at each provider. */
  setUps: Type.Array(Type.Object({ title: Type.String(), text: Type.String() })),
})

type Found = Finding & { subject: string }

const about = (subject: string, findings: readonly Finding[]): Found[] =>
  findings.map((finding) => ({ subject, ...finding }))

/**
 * Checks whether links will work: examines stored data, and asks the providers, before any user
 * clicks.
 */
export const doctorAction = defineAction({
  name: 'doctor',
  input: Type.Object({}),
  output: DoctorReport,
  run: async (context) => {
    const { settings, store, registry, fetch, clock } = context
    const redirectUri = callbackUrl(settings)
    const { skewed, fetchWatched } = watchClock(fetch, clock)
    const providers = await createProviders(registry, settings.providerUrls, fetchWatched, clock)
    const findings = [
      ...about('data directory', [await checkDataDir(settings)]),
      ...about('disk', [await checkDisk(settings)]),
      ...about('database', [await checkDatabase(context)]),
      ...about('key file', [await checkKeyFile(settings)]),
      ...about('secret files', await checkSecretFiles(settings)),
      ...about('secret key', [await checkSecretKey(context)]),
    ]
    findings.push(...about('public URL', [await checkPublicUrl(settings, fetch)]))
    const checkVerification = await verificationCheck(context)
    for (const { id, name } of await store.environments.list()) {
      const integrations = await store.integrations.list(id)
      if (integrations.length === 0) {
        const remedy = 'Create one: `latch integrations create`, or POST /v1/integrations.'
        const message = 'there is no integration, so nobody can be linked yet'
        findings.push(...about(`environment ${name}`, [{ status: 'note', message, remedy }]))
      }
      const sharedChatUsers = await findSharedChatUsers(context, id)
      for (const integration of integrations) {
        const subject = `integration ${integration.identifier}`
        const provider = providers.get(integration.providerId)
        findings.push(
          ...about(subject, await checkIntegration(integration, provider, redirectUri)),
          ...about(subject, checkVerification(integration)),
          ...about(subject, sharedChatUsers(integration.id)),
          ...about(subject, await checkApprovals(context, integration.id)),
        )
      }
    }
    findings.push(...about('clock', skewed()))
    return {
      findings,
      setUps: [...providers.values()].map((one) => one.setupInstructions(redirectUri)),
    }
  },
})

async function checkDatabase({ store }: OperatorContext): Promise<Finding> {
  try {
    await store.metadata.proveWritable()
    return ok('it is writable')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return failed(`it is not writable: ${reason}`, 'Check the disk, and the owner of the files.')
  }
}

const RESTORE_KEY =
  'Add the key that encrypted them as a second line after the current one, and restart latch.'

async function checkSecretKey({ store }: OperatorContext): Promise<Finding> {
  const { checked, undecryptable } = await store.sealedValues.check()
  if (undecryptable.length === 0) return ok(`it decrypts all ${checked} stored secrets`)
  return failed(
    `it does not decrypt ${undecryptable.length} of ${checked} stored secrets`,
    `\`latch check-key\` lists them. ${RESTORE_KEY}`,
  )
}

async function checkIntegration(
  { active, credentials }: ListedIntegration,
  provider: Provider | undefined,
  redirectUri: string,
): Promise<Finding[]> {
  if (provider === undefined) {
    return [failed('this latch does not have its provider', 'Delete the integration.')]
  }
  if (credentials === null) {
    return [failed('its credentials cannot be decrypted, so its links fail', RESTORE_KEY)]
  }
  const read = readUsableApp(provider, credentials)
  if (read.kind === 'credentials_missing') {
    const remedy = 'Set clientId and secretKey: PUT /v1/integrations/{id}.'
    return [failed('client id or client secret is not set', remedy)]
  }
  const inactive: Finding[] = active
    ? []
    : [{ status: 'warning', message: 'it is not active', remedy: 'Set `active` to true.' }]
  const found = await provider.diagnose(read.app, redirectUri)
  return [...inactive, ...found]
}
