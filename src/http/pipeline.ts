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
import { starting } from './overload.ts'
import { createRequestLog } from './request-log.ts'
import { createAllowedMethods, createRouteNames, type Route, targetOf } from './routes.ts'

/*
 * Every request passes these stages, in this order. Each may refuse it, by throwing an `ApiError`;
 * whatever happens, the answer leaves through `end`.
 *
 *   Before the route is known (`createPipeline`, `createRouter`):
 *     1. turn             waits, so that requests that arrived together are handled as one batch
 *     2. request id       takes the caller's `X-Request-Id`, or makes one
 *     3. shutdown         503 when shutting down
 *     4. address          414 for a URL that is too long, 400 for a malformed Host
 *
 *   An operation without a key, a page, a file (`createPublic`; health checks pass nothing more):
 *     5. client address   429 where it has asked too much
 *     6. overload         503 with too many such requests at once
 *
 *   An operation that needs an API key (`createApi`):
 *     5. authentication   401; who has no valid key is counted by client address: 429
 *     6. overload         503 with too many such requests at once
 *     7. limit            429 where the environment has asked too much; the RateLimit headers
 *     8. permission       403 where the key is restricted to other operations
 *     9. body             408, 413, 415, and 400 for what is not JSON
 *    10. validation       422 with every field that is wrong (`declares`)
 *    11. idempotency      409, 422, or the first answer again (`change`)
 *    12. handler
 *    13. envelope         `{"data": …}` where the operator asks for it
 *
 *   No route: 5 and 7 for whoever brings a key, by client address for all others; then 404 or 405,
 *   and `/` in a browser leads to the guides.
 *
 *   The end (`createPipeline`): an error becomes an answer, one that a browser gets becomes a page,
 *   has its line in the log, and is counted.
 */

/** Under Bun's own limit for a request's head, whose answer is not JSON. */
const MAX_URL_LENGTH = 8 * 1024

type Context = { request: Request; set: { headers: Record<string, string | number> } }

/** The stages before the route is known, and what becomes of errors; all routes are added to it. */
export function createRouter(deps: ApiDeps) {
  const noRoute = createNoRoute(deps, () => router.routes)
  const router = new Elysia({
    // Elysia would "clean" a body before it is checked, and so make some that are wrong right.
    normalize: false,
    // Elysia otherwise takes a host to be longer than two letters, and finds no route behind one.
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

/** What every operation without an API key passes, and every page: those but the health checks. */
export const createPublic = (deps: ApiDeps) =>
  new Elysia().guard({ parse: ['none'] }).onTransform(function limitClientAddress({ request }) {
    deps.limitByAddress(request)
    deps.overload.admitPublic(request)
  })

/** What the operations and pages that need no API key are added to: see `createPublic`. */
export type Public = ReturnType<typeof createPublic>

/** What the operations that need an API key are added to: see `createApi`. */
export type Api = ReturnType<typeof createApi>

/** What every operation that needs an API key passes; what it needs is found in its declaration. */
export function createApi(deps: ApiDeps) {
  const declarationOf = createDeclarationLookup(() => api.routes)
  const api = new Elysia({ name: 'api' })
    // Elysia would read a body before anything else, and one of a client without a key is not worth
    // reading.
    .guard({ parse: ['none'] })
    .derive(async function admitCaller(context): Promise<{ caller: Caller }> {
      const { request, set, route } = context
      const declaration = declarationOf(request.method, route)
      const caller = await deps.authenticate(request)
      deps.overload.admitCaller()
      deps.rateLimits.charge(caller.environmentId, declaration.limit ?? 'global', set.headers)
      requirePermission(caller.permission, declaration)
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
  /** From now on every new request is refused with 503. */
  drain(): void
}

/** The pipeline around a router that has all its routes. */
export function createPipeline(
  deps: ApiDeps,
  router: { routes: readonly Route[]; fetch(request: Request): Response | Promise<Response> },
): Pipeline {
  const toErrorPage = createErrorPages(router.routes)
  const logRequest = createRequestLog(deps, router.routes)
  const { overload, random, monotonicMs } = deps

  function end(answer: Response, request: Request, startedMs: number): Response {
    const ended = toErrorPage(answer, request)
    logRequest(request, ended, startedMs)
    return ended
  }

  // One function: it stands before every request.
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

/** Answers everything while latch starts: it listens before it knows enough to answer. */
export function createStartingHandler(random: Deps['random']): (request: Request) => Response {
  const toErrorPage = createErrorPages(null)
  return (request) => {
    const { status, publicMessage, options } = starting
    const headers = { ...options.headers, 'x-request-id': requestIdOf(request, { random }) }
    return toErrorPage(Response.json(publicMessage, { status, headers }), request)
  }
}

const ACCEPTABLE_ID = /^[\w.-]{1,128}$/

/** The caller's own id, where it is harmless in a log and a page, else a new one. */
function requestIdOf({ headers }: Request, { random }: Pick<Deps, 'random'>): string {
  const given = headers.get('x-request-id')
  return given !== null && ACCEPTABLE_ID.test(given) ? given : random.requestId()
}

/**
 * Answers what no route took: `OPTIONS` with the methods that there are, 405 (with `Allow`, RFC 9110
 * §15.5.6) where the path has others, else 404.
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
      } else deps.limitByAddress(request)
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

/** Whoever opens the bare address in a browser wants to know what is there. */
const isRootInBrowser = ({ method, url, headers }: Request): boolean =>
  (method === 'GET' || method === 'HEAD') && targetOf(url).path === '/' && acceptsHtml(headers)

/** Tells the metrics of every answer. */
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
    // Anybody may make up a method.
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

/** Where a `Host` cannot be part of an address, Bun hands over the path alone. */
const ABSOLUTE = /^https?:\/\//

/** RFC 9112 §3.2. */
const hostMalformed = badRequest('host_malformed', 'The Host header is not valid')
