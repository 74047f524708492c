import type { Deps } from '../../deps.ts'
import type { StateVerification } from '../../secrets/state.ts'
import { bindingCookie } from './browser-binding.ts'
import { findKnownLink, type KnownLink } from './known-link.ts'
import type { CallbackRefusal } from './outcome.ts'
import { providerUrl } from './sign-link.ts'
import { findTarget } from './target.ts'

export type OpenedLink = { kind: 'opened'; url: string; cookie: string }

/**
 * Opens a link that is bound to the browser: answers the provider's address, and the cookie without
 * which the callback will be refused.
 */
export async function openBoundLink(
  deps: Deps,
  state: string,
  scope: readonly string[] | null,
): Promise<{ opened: OpenedLink | CallbackRefusal; link: KnownLink | null }> {
  const verified = await deps.states.verify(state, deps.clock())
  const opened = await open(deps, state, scope, verified)
  return { opened, link: await findKnownLink(deps, verified) }
}

async function open(
  deps: Deps,
  state: string,
  scope: readonly string[] | null,
  verified: StateVerification,
): Promise<OpenedLink | CallbackRefusal> {
  if (verified.kind === 'refused') return { kind: 'state_invalid', reason: verified.reason }
  if (verified.kind === 'expired') return { kind: 'link_expired' }
  const { claims } = verified
  const target = await findTarget(deps, claims)
  if (target.kind !== 'found') return target
  const { provider, app, connection } = target
  const workspaceId = connection?.workspaceId ?? null
  return {
    kind: 'opened',
    url: providerUrl(deps, claims, state, { provider, app, workspaceId, scope }),
    cookie: bindingCookie(deps, claims),
  }
}
