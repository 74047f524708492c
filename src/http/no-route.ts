import { createAllowedMethods } from './allowed-methods.ts'
import { answerError } from './answer-error.ts'
import type { ApiDeps } from './api-deps.ts'
import { ApiError, notFound } from './api-error.ts'
import { safePath } from './error-body.ts'

type Headers = { headers: Record<string, string | number> }
type Route = { method: string; path: string }

/**
 * Answers what no route took: `OPTIONS` with the methods that there are, 405 (with `Allow`, RFC 9110
 * §15.5.6) where the path has others, else 404. Who brings a key is let in first, and counted.
 */
export function createNoRoute(
  deps: ApiDeps,
  routes: readonly Route[],
): (request: Request, set: Headers) => Promise<Response> {
  const allowedMethods = createAllowedMethods(routes)
  return async function noRoute(request, set) {
    const { method, url } = request
    const path = safePath(url)
    const allow = allowedMethods(path.split('?')[0] ?? path).join(', ')
    try {
      if (request.headers.get('authorization')) {
        const { environmentId } = await deps.authenticate(request.headers)
        deps.rateLimits.charge(environmentId, 'global', set.headers)
      }
      if (allow === '') throw notFound('route_not_found', `Cannot ${method} ${path}`)
      // No CORS headers: the API is for backends, whose keys have no place in a browser.
      if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } })
      const message = `${method} is not allowed here; allowed: ${allow}`
      throw new ApiError(405, 'method_not_allowed', message, { headers: { allow } })
    } catch (error) {
      return answerError(deps, error, url)
    }
  }
}
