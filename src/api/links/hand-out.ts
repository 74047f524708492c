import type { Deps } from '../../deps.ts'
import type { StateClaims } from '../../secrets/state.ts'
import { boundUrl } from './browser-binding.ts'
import { providerUrl, type SignedLink } from './provider-url.ts'

/**
 * Signs a link and answers the address to give to the user: the provider's, or latch's own first
 * where the integration binds links to the browser that opens them.
 */
export function handOut(
  deps: Deps,
  claims: StateClaims,
  link: Omit<SignedLink, 'claims' | 'state'>,
): string {
  const state = deps.states.sign(claims)
  deps.metrics.linkMade(link.provider.id, claims.mode)
  return claims.bound
    ? boundUrl(deps.config, state, link.scope)
    : providerUrl(deps, { ...link, claims, state })
}
