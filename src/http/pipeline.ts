import { TypeCheck } from '@sinclair/typebox/compiler'
import { Elysia, ValidationError } from 'elysia'
import type { Deps } from '../deps.ts'
import type { ApiDeps } from './api-deps.ts'
import { ApiError, badRequest, notFound } from './api-error.ts'
import type { Caller } from './authenticate.ts'
import { inEnvelope } from './change.ts'
import { createDeclarationLookup, requirePermission } from './declares.ts'
import { createErrorPages } from './error-pages.ts'
import { acceptsHtml, errorResponse, safePath, validationError } from './error-response.ts'
import { withLinkHeaders } from './link-headers.ts'
import { starting } from './overload.ts'
import { createRequestLog } from './request-log.ts'
import { createAllowedMethods, createRouteNames, type Route, targetOf } from './routes.ts'

/*
 * Every request passes these stages, in this order. Each can refuse it by throwing an `ApiError`.
 *
 *   Before routing (`createPipeline`, `createRouter`):
 *     1. batching         waits for the next turn of the event loop; see `Overload.nextTurn`
 *     2. request id       takes the caller's `X-Request-Id`, or generates one
 *     3. shutdown         503 if latch is shutting down
 *     4. URL              414 if it is too long, 400 for a malformed Host
 *
 *   Public operations, pages and files (`createPublic`; health checks skip these):
 *     5. rate limit       429, by client address
 *     6. overload         503 if too many of these requests are in progress
 *
 *   Operations that need an API key (`createApi`):
 *     5. authentication   401; requests without a valid key are rate-limited by client address: 429
 *     6. overload         503 if too many of these requests are in progress
 *     7. rate limit       429, by environment; sets the RateLimit headers
 *     8. permission       403 if the key is restricted to other operations
 *     9. body             408, 413, 415, and 400 if it is not JSON
 *    10. validation       422 with all invalid fields (`declares`)
 *    11. idempotency      409, 422, or a replay of the first response (`change`)
 *    12. handler
 *    13. envelope         `{"data": …}` if configured
 *
 *   If no route matches: 5 and 7 if there is an Authorization header, otherwise the rate limit by
 *   client address; then 404 or 405, or a redirect from `/` to the guides in a browser.
 *
 *   Finally (`createPipeline`): errors become responses, or pages in a browser; everything that a
 *   link leads to gets security headers; and the request is logged and counted.
 */

/** Below Bun's own limit for a request head, whose error response is not JSON. */
const MAX_URL_LENGTH = 8 * 1024

type Context = { request: Request; set: { headers: Record<string, string | number> } }

/** The stages before routing, and error handling. All routes are added to it. */
export function createRouter(deps: ApiDeps) {
  const noRoute = createNoRoute(deps, () => router.routes)
  const router = new Elysia({
    // Elysia would otherwise "clean" a body before validation, and accept some that are invalid.
    normalize: false,
    // Elysia otherwise assumes a host longer than two letters, and finds no route for shorter ones.
    handler: { standardHostname: false },
  })
    .onRequest(function assignRequestId({ request, set }) {
      set.headers['x-request-id'] = requestIdOf(request, deps)
    })
    .onRequest(function refuseWhenDraining() {
      deps.overload.refuse()
    })
    .onRequest(function refuseAddress({ request }) {
      if (request.url.length > MAX_URL_LENGTH) throw urlTooLong
      if (!ABSOLUTE.test(request.url)) throw hostMalformed
    })
    .onError(async function handleError({ error, code, request, set }) {
      if (error instanceof ValidationError && error.validator instanceof TypeCheck) {
        return errorResponse(deps, validationError(error.validator, error.value), request.url)
      }
      if (code === 'NOT_FOUND') return noRoute({ request, set })
      return errorResponse(deps, error, request.url, set.headers['x-request-id'])
    })
  return router
}

/** The stages for operations and pages that need no API key, except health checks. */
export const createPublic = (deps: ApiDeps) =>
  new Elysia().guard({ parse: ['none'] }).onTransform(function limitClientAddress({ request }) {
    deps.addressLimit.charge(request)
    deps.overload.admitPublic(request)
  })

/** The app that public operations and pages are added to; see `createPublic`. */
export type Public = ReturnType<typeof createPublic>

/** The app that operations with an API key are added to; see `createApi`. */
export type Api = ReturnType<typeof createApi>

/** The stages for operations that need an API key. Each stage reads the operation's declaration. */
export function createApi(deps: ApiDeps) {
  const declarationOf = createDeclarationLookup(() => api.routes)
  const api = new Elysia({ name: 'api' })
    // Elysia would read the body before authentication; latch does not read bodies of
    // unauthenticated clients.
    .guard({ parse: ['none'] })
    .derive(async function admitCaller(context): Promise<{ caller: Caller }> {
      const { request, set, route } = context
      const declaration = declarationOf(request.method, route)
      const caller = await deps.authenticate(request)
      deps.overload.admitCaller()
      deps.rateLimits.charge(caller.environmentId, declaration.limit ?? 'global', set.headers)
      requirePermission(caller.permissions, declaration)
      if (declaration.holdsSecrets) set.headers['cache-control'] = 'no-store'
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        context.body = await deps.readBody(request)
      }
      return { caller }
    })
    .mapResponse(function wrapSingleResult({ responseValue }) {
      if (responseValue instanceof Response) return undefined
      const wrapped = inEnvelope(deps.config, responseValue)
      return wrapped === responseValue ? undefined : Response.json(wrapped)
    })
  return api
}

export type Pipeline = {
  fetch(request: Request): Promise<Response>
  /** Refuses every request with 503 from now on. */
  drain(): void
}

/** Builds the pipeline around a router to which all routes have been added. */
export function createPipeline(
  deps: ApiDeps,
  router: { routes: readonly Route[]; fetch(request: Request): Response | Promise<Response> },
): Pipeline {
  const toErrorPage = createErrorPages(router.routes)
  const logRequest = createRequestLog(deps, router.routes)
  const { overload, random, monotonicMs } = deps

  function end(answer: Response, request: Request, startedMs: number): Response {
    const ended = withLinkHeaders(toErrorPage(answer, request), request.url)
    logRequest(request, ended, startedMs)
    return ended
  }

  // One function, because every request passes through it.
  async function answer(request: Request): Promise<Response> {
    const startedMs = monotonicMs()
    overload.enter()
    try {
      await overload.nextTurn()
      return end(await router.fetch(request), request, startedMs)
    } catch (error) {
      const requestId = requestIdOf(request, { random })
      const fault = errorResponse(deps, error, request.url, requestId)
      fault.headers.set('x-request-id', requestId)
      return end(fault, request, startedMs)
    } finally {
      overload.leave(request)
    }
  }
  return {
    drain: overload.drain,
    fetch: deps.config.metricsAddress === null ? answer : withMetrics(answer, router.routes, deps),
  }
}

/** Handles all requests while latch starts, with 503: it listens before it is ready. */
export function createStartingHandler(random: Deps['random']): (request: Request) => Response {
  const toErrorPage = createErrorPages(null)
  return (request) => {
    const { status, publicMessage, options } = starting
    const headers = { ...options.headers, 'x-request-id': requestIdOf(request, { random }) }
    const answer = toErrorPage(Response.json(publicMessage, { status, headers }), request)
    return withLinkHeaders(answer, request.url)
  }
}

const ACCEPTABLE_ID = /^[\w.-]{1,128}$/

/** The caller's request id if it is safe to log and display, otherwise a new one. */
function requestIdOf({ headers }: Request, { random }: Pick<Deps, 'random'>): string {
  const given = headers.get('x-request-id')
  return given !== null && ACCEPTABLE_ID.test(given) ? given : random.requestId()
}

/**
 * Handles requests that match no route: the allowed methods for `OPTIONS`, 405 (with `Allow`, RFC
 * 9110 §15.5.6) if the path has other methods, otherwise 404.
 */
function createNoRoute(
  deps: ApiDeps,
  routes: () => readonly Route[],
): (context: Context) => Promise<Response> {
  let allowedMethods: ((path: string) => string[]) | null = null
  return async function noRoute({ request, set }) {
    const { method, url } = request
    allowedMethods ??= createAllowedMethods(routes())
    const allow = allowedMethods(targetOf(url).path).join(', ')
    try {
      if (request.headers.get('authorization')) {
        const { environmentId } = await deps.authenticate(request)
        deps.rateLimits.charge(environmentId, 'global', set.headers)
      } else deps.addressLimit.charge(request)
      if (isRootInBrowser(request)) {
        return new Response(null, { status: 302, headers: { location: '/docs' } })
      }
      if (allow === '') throw notFound('route_not_found', `Cannot ${method} ${safePath(url)}`)
      // No CORS headers: the API is for backends, whose keys have no place in a browser.
      if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } })
      const message = `${method} is not allowed here; allowed: ${allow}`
      throw new ApiError(405, 'method_not_allowed', message, { headers: { allow } })
    } catch (error) {
      return errorResponse(deps, error, url, set.headers['x-request-id'])
    }
  }
}

/** A person who opens the bare address in a browser is sent to the guides. */
const isRootInBrowser = ({ method, url, headers }: Request): boolean =>
  (method === 'GET' || method === 'HEAD') && targetOf(url).path === '/' && acceptsHtml(headers)

/** Records every response in the metrics. */
function withMetrics(
  answer: Pipeline['fetch'],
  routes: readonly Route[],
  { metrics, monotonicMs }: Pick<Deps, 'metrics' | 'monotonicMs'>,
): Pipeline['fetch'] {
  const routeNames = createRouteNames(routes)
  return async (request) => {
    const startedMs = monotonicMs()
    const response = await answer(request)
    const seconds = (monotonicMs() - startedMs) / 1000
    // Clients can invent methods, and labels must be few.
    const method = METHODS.has(request.method) ? request.method : 'other'
    metrics.request(method, routeNames(request.url), response.status, seconds)
    return response
  }
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

const urlTooLong = new ApiError(
  414,
  'url_too_long',
  `The address is longer than ${MAX_URL_LENGTH} characters`,
)

/** If the `Host` header is not a valid host, Bun sets `request.url` to the path alone. */
const ABSOLUTE = /^https?:\/\//

/** RFC 9112 §3.2. */
const hostMalformed = badRequest('host_malformed', 'The Host header is not valid')
