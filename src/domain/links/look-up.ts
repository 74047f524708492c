import type { Deps } from '../../deps.ts'
import type { Explanation } from '../../providers/provider.ts'
import type { Environment } from '../../store/environments/environments.ts'
import { explainCode } from './explanations.ts'
import { findLinkStatus, type LinkStatus } from './status.ts'

/** A link, and the environment in which it was found. */
export type FoundLink = { environment: Environment | null; environmentId: string; link: LinkStatus }

/** The result of a search: links, the explanation of an error code, or nothing. */
export type LookedUp =
  | { kind: 'links'; links: readonly FoundLink[] }
  | { kind: 'code'; explanation: Explanation }
  | { kind: 'nothing' }

/** Callers choose request ids, and may reuse one. */
const MAX_LINKS = 10

type LookUpDeps = Pick<Deps, 'store' | 'states' | 'providers' | 'clock'>

/**
 * Searches all environments for what an operator enters: a link by its id, by the reference on an
 * error page, or by the request id of a callback; or an error code of latch or a provider.
 */
export async function lookUp(deps: LookUpDeps, text: string): Promise<LookedUp> {
  const links = text.startsWith('lnk_') ? await linksOfId(deps, text) : await linksOf(deps, text)
  if (links.length > 0) return { kind: 'links', links }
  const explanation = explainCode(deps.providers, text)
  return explanation === null ? { kind: 'nothing' } : { kind: 'code', explanation }
}

async function linksOfId(deps: LookUpDeps, id: string): Promise<FoundLink[]> {
  const environments = await deps.store.environments.list()
  const found = await Promise.all(environments.map((one) => find(deps, one.id, id)))
  return found.flat()
}

async function linksOf(deps: LookUpDeps, requestId: string): Promise<FoundLink[]> {
  const links = await deps.store.events.linksOf(`callback:${requestId}`, MAX_LINKS)
  const found = await Promise.all(
    links.map(({ environmentId, linkId }) => find(deps, environmentId, linkId)),
  )
  return found.flat()
}

async function find(deps: LookUpDeps, environmentId: string, id: string): Promise<FoundLink[]> {
  const link = await findLinkStatus(deps, environmentId, id)
  if (link.kind === 'link_not_found') return []
  const environment = await deps.store.environments.findById(environmentId)
  return [{ environment, environmentId, link }]
}
