import type { Deps } from '../../deps.ts'
import type { AdminConsent, InstallByCode, ProviderApp } from '../../providers/provider.ts'
import type { TokenHolder } from '../../store/connections/connection-tokens.ts'
import { readUsableApp } from '../integrations/app.ts'

/** How a connection is kept alive: through which app, and what that can do at its provider. */
export type ConnectedApp<Connect> = { provider: string; connect: Connect; app: ProviderApp }

/** Why nothing can be asked of the provider. */
export const NO_CREDENTIALS = 'The integration has no client id or secret'

/** Null where the integration is gone, or cannot speak for its app any more. */
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
