import { type CommitDeps, commit } from '../domain/commit.ts'
import { addConnection, type ConnectionDeps } from '../domain/connections/connections.ts'
import { type Accepted, type Actor, accept, type Change, mergeChanges } from '../domain/decision.ts'
import {
  type AlreadyInitialized,
  createFirstEnvironment,
  FIRST_KEYS,
} from '../domain/environments/first-environment.ts'
import { issueKey } from '../domain/environments/keys.ts'
import { createIntegration } from '../domain/integrations/integrations.ts'
import { upsertSubscriber } from '../domain/subscribers/subscribers.ts'
import { digestApiKey } from '../secrets/api-key.ts'
import { StoreError } from '../store/store-error.ts'
import type { PlacedStandIn } from './stand-ins.ts'

/** The subscriber used in the samples of the API description. */
export const SANDBOX_SUBSCRIBER_ID = 'subscriber-123'

/** A provider, and the stand-in that its seed comes from. */
export type Seeded = Pick<PlacedStandIn, 'provider' | 'standIn'>

type SeedDeps = CommitDeps & ConnectionDeps

const SANDBOX: Actor = { kind: 'command', id: 'sandbox' }

/**
 * Seeds an empty store and returns true; leaves a seeded one as it is. Throws `StoreError` on a
 * data directory that is not a sandbox's: made-up users do not belong there.
 */
export async function seedSandbox(
  deps: SeedDeps,
  apiKey: string,
  standIns: readonly Seeded[],
): Promise<boolean> {
  const decided = await commit(deps, SANDBOX, () => fill(deps, apiKey, standIns))
  if (decided.kind === 'accepted') return true
  if (decided.purpose === 'sandbox') {
    await admitKey(deps, apiKey)
    return false
  }
  throw new StoreError(
    'data_dir_unusable',
    'This data directory was not created by a sandbox. Choose another with --data-dir.',
  )
}

/** An environment with a key, a subscriber, and an integration of each provider. */
async function fill(
  deps: SeedDeps,
  apiKey: string,
  standIns: readonly Seeded[],
): Promise<Accepted<null> | AlreadyInitialized> {
  const names = { environment: 'Sandbox', key: 'sandbox' }
  const first = await createFirstEnvironment(deps, 'sandbox', names, apiKey)
  if (first.kind !== 'accepted') return first
  const { id } = first.value.environment
  const changes = [first.change, await subscriberChange(deps, id)]
  for (const seeded of standIns) changes.push(await integrationChange(deps, id, seeded))
  return accept(null, mergeChanges(...changes))
}

async function subscriberChange(deps: SeedDeps, environmentId: string): Promise<Change> {
  const given = { subscriberId: SANDBOX_SUBSCRIBER_ID }
  return changeOf(await upsertSubscriber(deps, environmentId, given))
}

async function integrationChange(
  deps: SeedDeps,
  environmentId: string,
  { provider: { id, name }, standIn: { seed } }: Seeded,
): Promise<Change> {
  const made = await createIntegration(deps, environmentId, {
    identifier: id,
    name,
    providerId: id,
    channel: 'chat',
    active: true,
    credentials: seed.credentials,
  })
  if (made.kind !== 'accepted' || seed.connection === null) return changeOf(made)
  const { accessToken, ...connection } = seed.connection
  const installed = await addConnection(
    deps,
    environmentId,
    {
      ...connection,
      integrationIdentifier: id,
      subscriberId: SANDBOX_SUBSCRIBER_ID,
      auth: { accessToken },
      origin: 'install',
    },
    {
      integration: made.value,
      subscriber: { kind: 'subscriber_ready', writes: [], subscriber: null },
    },
  )
  return mergeChanges(made.change, changeOf(installed))
}

/**
 * The change of a decision about a new environment, in which nothing can cause a refusal. Rows that
 * the change expects to exist are written by the same commit.
 */
function changeOf(decided: Accepted<unknown> | { kind: string }): Change {
  if ('change' in decided) return { ...decided.change, expects: [] }
  throw new Error(`the sandbox's own seed was refused: ${decided.kind}`)
}

/**
 * Stores the sandbox's API key. It is derived from the secret key, so it changes when that is
 * rotated.
 */
async function admitKey(deps: SeedDeps, apiKey: string): Promise<void> {
  const { store } = deps
  const given = { ...FIRST_KEYS.sandbox, name: 'sandbox' }
  await commit(deps, SANDBOX, async () => {
    const environment = await store.environments.first()
    const isKnown = (await store.apiKeys.findHolder(digestApiKey(apiKey))) !== null
    if (environment === null || isKnown) return { kind: 'nothing_to_admit' } as const
    return issueKey(deps, environment.id, given, apiKey)
  })
}
