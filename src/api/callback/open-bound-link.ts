import type { Deps } from '../../deps.ts'
import { bindingCookie } from '../links/browser-binding.ts'
import { providerUrl } from '../links/provider-url.ts'
import type { Refusal } from './outcome.ts'
import { findTarget } from './target.ts'

export type OpenedLink = { kind: 'opened'; url: string; cookie: string } | Refusal

/** On the way to the provider: gives the browser the cookie without which the callback is refused. */
export async function openBoundLink(
  deps: Deps,
  state: string,
  scope: readonly string[] | null,
): Promise<OpenedLink> {
  const verified = await deps.states.verify(state, deps.clock())
  if (verified.kind === 'refused') return { kind: 'state_invalid', reason: verified.reason }
  if (verified.kind === 'expired') return { kind: 'link_expired' }
  const { claims } = verified
  const target = await findTarget(deps, claims)
  if (target.kind !== 'found') return target
  const { provider, app, connection } = target
  const workspaceId = connection?.workspaceId ?? null
  return {
    kind: 'opened',
    url: providerUrl(deps, { claims, state, provider, app, workspaceId, scope }),
    cookie: bindingCookie(deps, claims),
  }
}
