import type { Deps } from '../../deps.ts'
import type { StoredApp } from '../../domain/integrations/app.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import { isBound } from './browser-binding.ts'
import { handOut } from './hand-out.ts'

/** What a user's link is made of. */
export type UserLink = {
  integration: Integration
  provider: Provider
  app: StoredApp & { clientId: string }
  subscriberId: string
  /** The connection that the user must come through, null for that of their workspace. */
  connection: { identifier: string; workspaceId: string } | null
  contextKeys: readonly string[]
  /** What the caller asks for, null for the provider's default. */
  userScope: readonly string[] | null
}

/** The URL at which a subscriber consents. It is signed, and nothing is stored. */
export function signUserLink(deps: Deps, link: UserLink): string {
  const { integration, provider, app, subscriberId, connection, contextKeys, userScope } = link
  const claims = {
    jti: deps.random.stateId(),
    issuedAtMs: deps.clock(),
    environmentId: integration.environmentId,
    integrationId: integration.id,
    subscriberId,
    connectionIdentifier: connection?.identifier ?? null,
    contextKeys,
    bound: isBound(integration.credentials),
    mode: 'link_user',
    protocol: provider.protocolFor(userScope),
  } as const
  const workspaceId = connection?.workspaceId ?? null
  return handOut(deps, claims, { provider, app, workspaceId, scope: userScope })
}
