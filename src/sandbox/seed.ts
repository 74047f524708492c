import type { Deps } from '../deps.ts'
import { digestApiKey } from '../secrets/api-key.ts'
import { StoreError } from '../store/store-error.ts'

/** What the contract's own code samples name, and the stand-in's app and workspace. */
export const SANDBOX = {
  subscriberId: 'subscriber-123',
  integrationIdentifier: 'slack',
  connectionIdentifier: 'slack-connection-abc123',
  clientId: '1000000000001.1000000000002',
  clientSecret: 'sandbox-client-secret',
  msteams: {
    integrationIdentifier: 'msteams',
    clientId: '00000000-5a5a-4a5a-8a5a-000000000001',
    clientSecret: 'sandbox-entra-secret',
  },
} as const

/**
 * Fills an empty store and answers true; leaves one that is filled as it is. Throws `StoreError`
 * on a data directory that is not a sandbox's: made-up users have no place in it.
 */
export async function seedSandbox(
  { store, random, clock }: Pick<Deps, 'store' | 'random' | 'clock'>,
  apiKey: string,
  { workspace, homeTenantId }: { workspace: { id: string; name: string }; homeTenantId: string },
): Promise<boolean> {
  const purpose = await store.facts.purpose()
  const digest = digestApiKey(apiKey)
  if (purpose === 'sandbox') {
    await admitKey({ store, random, clock }, digest)
    return false
  }
  if (purpose !== null) {
    throw new StoreError(
      'data_dir_unusable',
      'This data directory is a real one. Choose another for the sandbox with --data-dir.',
    )
  }
  const nowMs = clock()
  const environmentId = random.recordId(nowMs)
  const integrationId = random.recordId(nowMs)
  const fresh = () => ({
    id: random.recordId(nowMs),
    environmentId,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  })
  const { clientId, clientSecret, subscriberId } = SANDBOX
  return store.commitIfFirst([
    store.facts.setPurpose('sandbox'),
    store.environments.insert({
      id: environmentId,
      organizationId: random.recordId(nowMs),
      name: 'Sandbox',
      createdAtMs: nowMs,
    }),
    store.apiKeys.insert({
      id: random.recordId(nowMs),
      environmentId,
      name: 'sandbox',
      digest,
      createdAtMs: nowMs,
    }),
    store.integrations.insert({
      ...fresh(),
      id: integrationId,
      identifier: SANDBOX.integrationIdentifier,
      name: 'Slack',
      providerId: 'slack',
      channel: 'chat',
      active: true,
      credentials: { clientId, secretKey: clientSecret },
    }),
    store.integrations.insert({
      ...fresh(),
      identifier: SANDBOX.msteams.integrationIdentifier,
      name: 'Microsoft Teams',
      providerId: 'msteams',
      channel: 'chat',
      active: true,
      credentials: {
        clientId: SANDBOX.msteams.clientId,
        secretKey: SANDBOX.msteams.clientSecret,
        tenantId: homeTenantId,
      },
    }),
    store.subscribers.insert({ ...fresh(), subscriberId, profile: {} }),
    store.connections.insert(
      {
        ...fresh(),
        integrationId,
        identifier: SANDBOX.connectionIdentifier,
        subscriberId: null,
        contextKeys: [],
        workspaceId: workspace.id,
        workspaceName: workspace.name,
        botUserId: null,
        origin: 'install',
      },
      { accessToken: 'xoxb-sandbox' },
    ),
  ])
}

/** The sandbox's key follows from the secret key, so it is another once that was replaced. */
async function admitKey(
  { store, random, clock }: Pick<Deps, 'store' | 'random' | 'clock'>,
  digest: string,
): Promise<void> {
  const environment = await store.environments.first()
  if (environment === null || (await store.apiKeys.findHolder(digest)) !== null) return
  const createdAtMs = clock()
  const id = random.recordId(createdAtMs)
  const key = { id, environmentId: environment.id, name: 'sandbox', digest, createdAtMs }
  await store.commit([store.apiKeys.insert(key)])
}
