import type { Deps } from '../../deps.ts'
import type { AdminConsent, InstallByCode, ProviderApp } from '../../providers/provider.ts'
import type { TokenHolder } from '../../store/connections/connection-tokens.ts'
import { readUsableApp } from '../integrations/app.ts'

/** The app that a connection belongs to, and how it connects at its provider. */
export type ConnectedApp<Connect> = { provider: string; connect: Connect; app: ProviderApp }

/** Why the provider cannot be called. */
export const NO_CREDENTIALS = 'The integration has no client id or secret'

/** Null if the integration was deleted, or lacks the app's credentials. */
export async function findConnectedApp(
  { store, providers }: Pick<Deps, 'store' | 'providers'>,
  { environmentId, integrationId }: TokenHolder,
): Promise<ConnectedApp<InstallByCode | AdminConsent> | null> {
  const integration = await store.integrations.findById(environmentId, integrationId)
  const provider = integration && providers.get(integration.providerId)
  if (!integration || !provider?.connect) return null
  const read = readUsableApp(provider, integration.credentials)
  if (read.kind === 'credentials_missing') return null
  return { provider: provider.title, connect: provider.connect, app: read.app }
}
