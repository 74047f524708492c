import type { Deps } from '../../deps.ts'
import { readApp } from '../../domain/integrations/app.ts'
import type { App, Provider } from '../../providers/provider.ts'
import type { StateClaims } from '../../secrets/state.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import type { Refusal } from './outcome.ts'

/** What a link was made for. */
export type Target = {
  kind: 'found'
  integration: Integration
  provider: Provider
  app: App
  connection: Connection | null
}

/** Everything a link was made for, as it is now: five minutes are enough for it to be gone. */
export async function findTarget(deps: Deps, claims: StateClaims): Promise<Target | Refusal> {
  const { store, providers } = deps
  const { environmentId, integrationId, subscriberId, connectionIdentifier } = claims
  if ((await store.environments.findById(environmentId)) === null) {
    return { kind: 'environment_gone', environmentId }
  }
  const integration = await store.integrations.findById(environmentId, integrationId)
  if (integration === null) return { kind: 'integration_gone', integrationId, environmentId }
  const provider = providers.get(integration.providerId)
  if (!provider) return { kind: 'provider_not_supported', providerId: integration.providerId }
  const { clientId, clientSecret, ...rest } = readApp(provider, integration.credentials)
  if (clientId === null || clientSecret === null) {
    return { kind: 'credentials_missing', provider: provider.title }
  }
  if (
    subscriberId !== null &&
    (await store.subscribers.find(environmentId, subscriberId)) === null
  ) {
    return { kind: 'subscriber_gone', subscriberId }
  }
  const app = { ...rest, clientId, clientSecret }
  if (connectionIdentifier === null) {
    return { kind: 'found', integration, provider, app, connection: null }
  }
  const connection = await store.connections.find(integration.id, connectionIdentifier)
  // An install makes the connection of that name where there is none; a link needs it.
  if (connection === null && claims.mode === 'link_user') {
    return { kind: 'connection_gone', identifier: connectionIdentifier }
  }
  return { kind: 'found', integration, provider, app, connection }
}
