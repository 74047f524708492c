import type { Deps } from '../../deps.ts'
import type { Providers } from '../../providers/create-providers.ts'
import type { Provider } from '../../providers/provider.ts'
import { freshRow, type RowTimes } from '../../store/fresh-row.ts'
import type { Integration, ListedIntegration } from '../../store/integrations/integrations.ts'
import type { CommitDeps } from '../commit.ts'
import { type Actor, accept, type Decision } from '../decision.ts'
import { type DependentCounts, removeMostDependents, removeWith } from '../dependents.ts'
import type { Invalid } from '../shape.ts'
import {
  applyCredentialChanges,
  refuseMissingCompletionUrl,
  refuseUnsafeAddresses,
} from './credentials.ts'
import { integrationCreated, integrationDeleted, integrationUpdated } from './event.ts'
import type { IntegrationChanges, NewIntegration } from './shape.ts'

type IntegrationDeps = Pick<Deps, 'store' | 'random' | 'clock'>

export type UnknownProvider = { kind: 'unknown_provider'; known: readonly string[] }
export type IntegrationExists = { kind: 'integration_exists'; existing: Integration }
export type NoSuchIntegration = { kind: 'no_such_integration'; id: string }
export type NothingToUpdate = { kind: 'nothing_to_update' }
export type NoPrimary = { kind: 'no_primary'; channel: string }

/** Finds a provider by its id. Refuses one that latch does not support. */
export function findProvider(
  providers: Providers,
  id: string,
): { kind: 'provider'; provider: Provider } | UnknownProvider {
  const provider = providers.get(id)
  return provider === undefined
    ? { kind: 'unknown_provider', known: [...providers.keys()] }
    : { kind: 'provider', provider }
}

/** Creates an integration: an app at a provider. Refuses an identifier that is taken. */
export async function createIntegration(
  deps: IntegrationDeps & Pick<Deps, 'providers'>,
  environmentId: string,
  given: NewIntegration,
  times?: RowTimes,
): Promise<Decision<Integration, UnknownProvider | IntegrationExists | Invalid>> {
  const found = findProvider(deps.providers, given.providerId)
  if (found.kind === 'unknown_provider') return found
  const credentials = applyCredentialChanges({}, given)
  const refusal = refuseUnsafeAddresses(given) ?? refuseMissingCompletionUrl(credentials, given)
  if (refusal !== null) return refusal
  const { name = found.provider.title } = given
  const { identifier = `${slug(name)}-${deps.random.identifier()}`, active = false } = given
  const existing = await deps.store.integrations.findByIdentifier(environmentId, identifier)
  if (existing !== null) return { kind: 'integration_exists', existing }
  const integration = {
    ...freshRow(deps, environmentId, times),
    identifier,
    name,
    providerId: found.provider.id,
    channel: given.channel,
    active,
    credentials,
    defaultUserVerification: null,
  }
  return accept(integration, {
    writes: [deps.store.integrations.insert(integration)],
    events: [integrationCreated(integration)],
  })
}

/** Changes the given fields, including individual credentials and settings, and leaves the rest. */
export async function updateIntegration(
  { store, clock }: IntegrationDeps,
  environmentId: string,
  id: string,
  given: IntegrationChanges,
): Promise<
  Decision<Integration, NoSuchIntegration | NothingToUpdate | IntegrationExists | Invalid>
> {
  const found = await store.integrations.findById(environmentId, id.toLowerCase())
  if (found === null) return { kind: 'no_such_integration', id }
  const { name, identifier, active, credentials, configurations } = given
  const hasCredentials = credentials !== undefined || configurations !== undefined
  if (!hasCredentials && [name, identifier, active].every((value) => value === undefined)) {
    return { kind: 'nothing_to_update' }
  }
  const changed = applyCredentialChanges(found.credentials, given)
  const refusal = refuseUnsafeAddresses(given) ?? refuseMissingCompletionUrl(changed, given)
  if (refusal !== null) return refusal
  const existing =
    identifier === undefined
      ? null
      : await store.integrations.findByIdentifier(environmentId, identifier)
  if (existing !== null && existing.id !== found.id) return { kind: 'integration_exists', existing }
  const changes = {
    ...(name !== undefined && { name }),
    ...(identifier !== undefined && { identifier }),
    ...(active !== undefined && { active }),
    ...(hasCredentials && { credentials: changed }),
  }
  const updatedAtMs = clock()
  const updated = { ...found, ...changes, updatedAtMs }
  return accept(updated, {
    // Credentials are sealed as a whole, so a concurrent change to another of them must not be
    // lost. And the event's `before` must be what this change replaces.
    expects: [store.integrations.expectUnchanged(found)],
    writes: [store.integrations.update(found.id, changes, updatedAtMs)],
    events: [integrationUpdated(found, updated)],
  })
}

/**
 * Deletes an integration with its connections and endpoints. `before`: how many of them
 * `removeMostOfIntegration` has deleted already. The value is the remaining integrations.
 */
export async function deleteIntegration(
  { store }: IntegrationDeps,
  environmentId: string,
  id: string,
  before: DependentCounts = { endpoints: 0, connections: 0 },
): Promise<Decision<readonly ListedIntegration[], NoSuchIntegration>> {
  const found = await store.integrations.findById(environmentId, id.toLowerCase())
  if (found === null) return { kind: 'no_such_integration', id }
  const all = await store.integrations.list(environmentId)
  const parent = { environmentId, integrationId: found.id }
  const removed = await removeWith({ store }, parent, 'integration_deleted', before)
  return accept(
    all.filter((integration) => integration.id !== found.id),
    {
      // If it is deleted twice at the same moment, only one event may be recorded.
      expects: [store.integrations.expectPresent(found.id), ...removed.expects],
      writes: [store.integrations.delete(environmentId, found.id)],
      events: [...removed.events, integrationDeleted(found, removed.counts)],
    },
  )
}

/** Deletes all but the last 500 connections and endpoints of an integration, in several commits. */
export const removeMostOfIntegration = (
  deps: CommitDeps,
  actor: Actor,
  environmentId: string,
  id: string,
): Promise<DependentCounts> => {
  const parent = { environmentId, integrationId: id.toLowerCase() }
  return removeMostDependents(deps, actor, parent, 'integration_deleted')
}

/** Always refused: chat has no primary integration. */
export async function setPrimaryIntegration(
  { store }: IntegrationDeps,
  environmentId: string,
  id: string,
): Promise<NoSuchIntegration | NoPrimary> {
  const found = await store.integrations.findById(environmentId, id.toLowerCase())
  return found === null
    ? { kind: 'no_such_integration', id }
    : { kind: 'no_primary', channel: found.channel }
}

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
