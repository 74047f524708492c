import type { Deps } from '../../deps.ts'
import type { Provider, ProviderApp } from '../../providers/provider.ts'
import type { StateClaims } from '../../secrets/state.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import type { Subscriber } from '../../store/subscribers/subscribers.ts'
import type { Write } from '../../store/writer/writes.ts'
import { readUsableApp } from '../integrations/app.ts'
import type { TargetRefusal } from './outcome.ts'

/** The records that a link refers to. */
export type LinkTarget = {
  kind: 'found'
  integration: Integration
  provider: Provider
  app: ProviderApp
  /** The link's subscriber; null if it has none. */
  subscriber: Subscriber | null
  /**
   * The connection that the link names; null if it names none, or if an installation is to create
   * it.
   */
  connection: Connection | null
}

/**
 * Reads the current records that a link refers to: any of them may be deleted within five minutes.
 */
export async function findTarget(
  { store, providers }: Pick<Deps, 'store' | 'providers'>,
  { environmentId, integrationId, subscriberId, connectionIdentifier, mode }: StateClaims,
): Promise<LinkTarget | TargetRefusal> {
  if ((await store.environments.findById(environmentId)) === null) {
    return { kind: 'environment_gone', environmentId }
  }
  const integration = await store.integrations.findById(environmentId, integrationId)
  if (integration === null) return { kind: 'integration_gone', integrationId, environmentId }
  const provider = providers.get(integration.providerId)
  if (!provider) return { kind: 'provider_not_supported', providerId: integration.providerId }
  const read = readUsableApp(provider, integration.credentials)
  if (read.kind === 'credentials_missing') return read
  const subscriber =
    subscriberId === null ? null : await store.subscribers.find(environmentId, subscriberId)
  if (subscriberId !== null && subscriber === null) return { kind: 'subscriber_gone', subscriberId }
  const connection =
    connectionIdentifier === null
      ? null
      : await store.connections.find(integration.id, connectionIdentifier)
  // An installation creates the named connection if it is missing; a user's link requires it.
  if (connectionIdentifier !== null && connection === null && mode === 'link_user') {
    return { kind: 'connection_gone', identifier: connectionIdentifier }
  }
  if (connection !== null && connection.adminProblem !== null && mode === 'link_user') {
    return { kind: 'connection_not_approved', identifier: connection.identifier }
  }
  const app = read.app
  return { kind: 'found', integration, provider, app, subscriber, connection }
}

/** Fails the commit if the integration or the subscriber of a link no longer exists. */
export const expectTarget = (
  { store }: Pick<Deps, 'store'>,
  { integration, subscriber }: LinkTarget,
): readonly Write[] => [
  store.integrations.expectPresent(integration.id),
  ...(subscriber === null ? [] : [store.subscribers.expectPresent(subscriber.id)]),
]
