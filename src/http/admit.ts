import type { ApiDeps } from './api-deps.ts'
import { ApiError } from './api-error.ts'
import type { Caller } from './authenticate.ts'
import type { RateCategory } from './rate-limits.ts'

/** What a route is to the limits and to restricted keys. */
export type RouteRule = {
  category: RateCategory
  /** `links`: makes a link and nothing else, so that a key restricted to links may use it. */
  access: 'links' | 'resources'
}

type Context = { request: Request; set: { headers: Record<string, string | number> } }

/** Lets a request in: a valid key (401), within its rate (429), that may do this (403). */
export async function admit(
  deps: ApiDeps,
  { request, set }: Context,
  rule: RouteRule,
): Promise<Caller> {
  const caller = await deps.authenticate(request)
  deps.rateLimits.charge(caller.environmentId, rule.category, set.headers)
  refuseOtherUse(caller, request.method, rule)
  return caller
}

function refuseOtherUse({ permission }: Caller, method: string, { access }: RouteRule): void {
  const reads = method === 'GET' || method === 'HEAD'
  if (permission === 'all') return
  if (permission === 'read' && reads) return
  if (permission === 'links' && access === 'links') return
  const allowed = permission === 'read' ? 'read' : 'make links'
  throw new ApiError(403, 'api_key_restricted', `This API key may only ${allowed}`)
}
