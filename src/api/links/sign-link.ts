import type { Deps } from '../../deps.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Integration } from '../../store/integrations.ts'
import { callbackUrl } from '../callback/callback-url.ts'
import type { StoredApp } from '../integrations/app.ts'

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
  const protocol = provider.protocolFor(userScope)
  const jti = deps.random.stateId()
  const { nonce, codeChallenge } = deps.states.proofs(jti)
  const state = deps.states.sign({
    jti,
    issuedAtMs: deps.clock(),
    environmentId: integration.environmentId,
    integrationId: integration.id,
    subscriberId,
    connectionIdentifier: connection?.identifier ?? null,
    contextKeys,
    mode: 'link_user',
    protocol,
  })
  return provider.linkUserUrl({
    app,
    redirectUri: callbackUrl(deps.config),
    state,
    userScope,
    protocol,
    nonce,
    codeChallenge,
    workspaceId: connection?.workspaceId ?? null,
  })
}
