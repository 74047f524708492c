import type { Deps } from '../../deps.ts'
import type { Provider, ProviderApp } from '../../providers/provider.ts'
import type { StateClaims } from '../../secrets/state.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import type { Subscriber } from '../../store/subscribers/subscribers.ts'
import type { Write } from '../../store/writer/writes.ts'
import { readUsableApp } from '../integrations/app.ts'
import type { TargetRefusal } from './outcome.ts'

/** What a link was made for. */
export type LinkTarget = {
  kind: 'found'
  integration: Integration
  provider: Provider
  app: ProviderApp
  /** Whose link it is; null where the link is of no subscriber. */
  subscriber: Subscriber | null
  /** The connection that the link names; null where it names none, or an install is to make it. */
  connection: Connection | null
}

/** Reads what a link was made for as it is now: much can be deleted within five minutes. */
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
  // An install creates the connection of that name where there is none; a user's link needs it.
  if (connectionIdentifier !== null && connection === null && mode === 'link_user') {
    return { kind: 'connection_gone', identifier: connectionIdentifier }
  }
  const app = read.app
  return { kind: 'found', integration, provider, app, subscriber, connection }
}

/** Fails the commit where what a link was made for is gone by then. */
export const expectTarget = (
  { store }: Pick<Deps, 'store'>,
  { integration, subscriber }: LinkTarget,
): readonly Write[] => [
  store.integrations.expectPresent(integration.id),
  ...(subscriber === null ? [] : [store.subscribers.expectPresent(subscriber.id)]),
]
