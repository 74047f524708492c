import type { Deps } from '../deps.ts'
import { digestApiKey } from '../secrets/api-key.ts'
import { StoreError } from '../store/store-error.ts'
import type { Write } from '../store/writer/writes.ts'
import type { PlacedStandIn } from './stand-ins.ts'

/** The subscriber that the samples of the contract name. */
export const SANDBOX_SUBSCRIBER_ID = 'subscriber-123'

/** A provider, and the stand-in that the seed is of. */
export type Seeded = Pick<PlacedStandIn, 'provider' | 'standIn'>

/**
 * Fills an empty store and answers true; leaves one that is filled as it is. Throws `StoreError`
 * on a data directory that is not a sandbox's: made-up users have no place in it.
 */
export async function seedSandbox(
  { store, random, clock }: Pick<Deps, 'store' | 'random' | 'clock'>,
  apiKey: string,
  standIns: readonly Seeded[],
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
  const fresh = () => ({
    id: random.recordId(nowMs),
    environmentId,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  })
  const integrationWrites = ({ provider: { id, name }, standIn: { seed } }: Seeded): Write[] => {
    const integration = {
      ...fresh(),
      identifier: id,
      name,
      providerId: id,
      channel: 'chat',
      active: true,
      credentials: seed.credentials,
    }
    const { connection } = seed
    if (connection === null) return [store.integrations.insert(integration)]
    const { identifier, workspace, accessToken } = connection
    const installed = {
      ...fresh(),
      integrationId: integration.id,
      identifier,
      subscriberId: null,
      contextKeys: [],
      workspaceId: workspace.id,
      workspaceName: workspace.name,
      botUserId: null,
      origin: 'install' as const,
    }
    return [
      store.integrations.insert(integration),
      store.connections.insert(installed, { accessToken }),
    ]
  }
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
    store.subscribers.insert({ ...fresh(), subscriberId: SANDBOX_SUBSCRIBER_ID, profile: {} }),
    ...standIns.flatMap(integrationWrites),
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
