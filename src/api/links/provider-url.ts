import type { Deps } from '../../deps.ts'
import type { StoredApp } from '../../domain/integrations/app.ts'
import type { Provider } from '../../providers/provider.ts'
import type { StateClaims } from '../../secrets/state.ts'
import { callbackUrl } from '../callback/callback-url.ts'

/** A state that is signed, and all that the provider's address is made of. */
export type SignedLink = {
  claims: StateClaims
  state: string
  provider: Provider
  app: StoredApp & { clientId: string }
  /** The workspace or tenant that is expected, null for any. */
  workspaceId: string | null
  /** What the caller asks for, null for the provider's default. */
  scope: readonly string[] | null
}

/** Where a link leads: the provider's own page, at which somebody consents. */
export function providerUrl(deps: Deps, link: SignedLink): string {
  const { claims, state, provider, app, workspaceId, scope } = link
  const proofs = () => deps.states.proofs(claims.jti)
  const shared = { app, redirectUri: callbackUrl(deps.config), state, proofs, workspaceId }
  if (claims.mode === 'link_user') {
    return provider.linkUserUrl({
      ...shared,
      userScope: scope,
      protocol: claims.protocol,
    })
  }
  if (provider.connect === null) throw new Error(`${provider.id} cannot be connected`)
  return provider.connect.url({ ...shared, scope })
}
