import type { Deps } from '../../deps.ts'
import type { StateVerification } from '../../secrets/state.ts'
import type { Actor } from '../decision.ts'
import { bindingProof } from './browser-binding.ts'
import type { BrowserProof } from './browser-proof.ts'
import { findKnownLink, type KnownLink } from './known-link.ts'
import { recordFailure, recordOpening } from './link-events.ts'
import type { CallbackRefusal } from './outcome.ts'
import { providerUrl } from './sign-link.ts'
import { findTarget } from './target.ts'

/** `reference`: the id of the request that recorded a refusal. */
export type Opening = {
  opened: OpenedLink | CallbackRefusal
  link: KnownLink | null
  reference: string
}

export type OpenedLink = { kind: 'opened'; url: string; proof: BrowserProof }

/**
 * Opens a link that is bound to the browser: returns the provider's URL, and the proof without
 * which the callback will be refused.
 */
export async function openBoundLink(
  deps: Deps,
  actor: Actor,
  state: string,
  scope: readonly string[] | null,
): Promise<Opening> {
  const verified = await deps.states.verify(state, deps.clock())
  const link = await findKnownLink(deps, verified)
  const opened = await open(deps, state, scope, verified)
  if (link === null) return { opened, link, reference: actor.id }
  if (opened.kind !== 'opened') {
    return { opened, link, reference: await recordFailure(deps, actor, link, opened) }
  }
  await recordOpening(deps, actor, link)
  return { opened, link, reference: actor.id }
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
    proof: bindingProof(deps, claims),
  }
}
