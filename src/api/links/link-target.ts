import type { Deps } from '../../deps.ts'
import { readApp, type StoredApp } from '../../domain/integrations/app.ts'
import { notFound } from '../../http/api-error.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import type { Integration } from '../../store/integrations/integrations.ts'

/** The integration that a link is for, and its provider. Throws 404. */
export async function findIntegration(
  { store, providers }: Deps,
  environmentId: string,
  identifier: string,
): Promise<{ integration: Integration; provider: Provider }> {
  const integration = await store.integrations.findByIdentifier(environmentId, identifier)
  const provider = integration && providers.get(integration.providerId)
  if (!integration || !provider) {
    const message = `Integration not found: ${identifier} in environment ${environmentId}`
    throw notFound('integration_not_found', message)
  }
  return { integration, provider }
}

/** What the integration says of its app. Throws 404; the spaces at the ends of the messages are Novu's. */
export function requireClientId(
  { credentials }: Integration,
  provider: Provider,
): StoredApp & { clientId: string } {
  const { title } = provider
  if (Object.keys(credentials).length === 0) {
    const message = `${title} integration missing credentials `
    throw notFound('integration_without_credentials', message)
  }
  const app = readApp(provider, credentials)
  if (app.clientId === null) {
    const message = `${title} integration missing required OAuth credentials (clientId) `
    throw notFound('integration_without_client_id', message)
  }
  return { ...app, clientId: app.clientId }
}

/** The connection of that name, which must exist; null for no name. Throws 404. */
export async function requireConnection(
  { store }: Deps,
  integration: Integration,
  identifier: string | undefined,
): Promise<Connection | null> {
  if (identifier === undefined) return null
  const connection = await store.connections.find(integration.id, identifier)
  if (connection === null) {
    throw notFound('connection_not_found', `Channel connection not found: ${identifier}`)
  }
  return connection
}
