import { type CommitDeps, commit } from '../domain/commit.ts'
import { addConnection, type ConnectionDeps } from '../domain/connections/connections.ts'
import { type Accepted, type Actor, accept, type Change, together } from '../domain/decision.ts'
import {
  type AlreadyFilled,
  createFirstEnvironment,
} from '../domain/environments/first-environment.ts'
import { makeKey } from '../domain/environments/keys.ts'
import { createIntegration } from '../domain/integrations/integrations.ts'
import { upsertSubscriber } from '../domain/subscribers/subscribers.ts'
import { digestApiKey } from '../secrets/api-key.ts'
import { StoreError } from '../store/store-error.ts'
import type { PlacedStandIn } from './stand-ins.ts'

/** The subscriber that the samples of the contract name. */
export const SANDBOX_SUBSCRIBER_ID = 'subscriber-123'

/** A provider, and the stand-in that the seed is of. */
export type Seeded = Pick<PlacedStandIn, 'provider' | 'standIn'>

type SeedDeps = CommitDeps & ConnectionDeps

const SANDBOX: Actor = { kind: 'command', id: 'sandbox' }

/**
 * Fills an empty store and answers true; leaves one that is filled as it is. Throws `StoreError`
 * on a data directory that is not a sandbox's: made-up users have no place in it.
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
    'This data directory is a real one. Choose another for the sandbox with --data-dir.',
  )
}

/** An environment with a key, a subscriber, and an integration of each provider. */
async function fill(
  deps: SeedDeps,
  apiKey: string,
  standIns: readonly Seeded[],
): Promise<Accepted<null> | AlreadyFilled> {
  const names = { environment: 'Sandbox', key: 'sandbox' }
  const first = await createFirstEnvironment(deps, 'sandbox', names, apiKey)
  if (first.kind !== 'accepted') return first
  const { id } = first.value.environment
  const changes = [first.change, await subscriberChange(deps, id)]
  for (const seeded of standIns) changes.push(await integrationChange(deps, id, seeded))
  return accept(null, together(...changes))
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
  return together(made.change, changeOf(installed))
}

/**
 * Of a decision about an environment that is being made, and has nothing that could refuse it. What
 * the change expects to be there is written by the same commit.
 */
function changeOf(decided: Accepted<unknown> | { kind: string }): Change {
  if ('change' in decided) return { ...decided.change, expects: [] }
  throw new Error(`the sandbox's own seed is refused: ${decided.kind}`)
}

/** The sandbox's key follows from the secret key, so it is another once that was replaced. */
async function admitKey(deps: SeedDeps, apiKey: string): Promise<void> {
  const { store } = deps
  const given = { name: 'sandbox', permission: 'all', expiresInDays: null } as const
  await commit(deps, SANDBOX, async () => {
    const environment = await store.environments.first()
    const isKnown = (await store.apiKeys.findHolder(digestApiKey(apiKey))) !== null
    if (environment === null || isKnown) return { kind: 'nothing_to_admit' } as const
    return makeKey(deps, environment.id, given, apiKey)
  })
}
