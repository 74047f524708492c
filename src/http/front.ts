import type { Deps } from '../deps.ts'
import { createResultPages } from '../pages/result-page.ts'
import { answerError } from './answer-error.ts'
import type { ApiDeps } from './api-deps.ts'
import { ApiError, badRequest } from './api-error.ts'
import { createClientAddress } from './client-address.ts'
import type { RateLimits } from './rate-limits.ts'
import type { RouteNames } from './route-names.ts'
import { createTurns } from './turns.ts'
import { wantsPage } from './wants-page.ts'

export type Fetch = (request: Request, address: () => string) => Promise<Response>

export type Front = {
  fetch: Fetch
  /** From now on every new request is sent away with 503. */
  drain(): void
}

/** What the front stands before. */
type Behind = {
  rateLimits: RateLimits
  /** Null where nobody counts. */
  routeNames: RouteNames | null
  inner(request: Request): Response | Promise<Response>
}

/** Under Bun's own limit for a request's head, whose answer is no JSON. */
const MAX_URL_LENGTH = 8 * 1024
/** Each holds memory; more of them at once only make all of them slower. */
const MAX_IN_FLIGHT = 1024
/** Who asks whether latch is well must hear it even when others ask too much. */
const UNLIMITED_PATH = /^https?:\/\/[^/]+\/(healthz|readyz|v1\/health-check)$/

/**
 * What stands before the routes, and answers when they cannot: overload and shut-down (503), an
 * address that is too long (414), strangers who ask too often (429), and any fault (500).
 */
export function createFront(deps: ApiDeps, { rateLimits, routeNames, inner }: Behind): Front {
  const clientAddress = createClientAddress(deps.config.trustedProxies, (text) =>
    deps.log.warn({}, text),
  )
  const nextTurn = createTurns()
  let inFlight = 0
  let draining = false

  const resultPage = createResultPages()
  /** What is no page yet, as one for a person: only the callback is opened by any. */
  const forPerson = (answer: Response, { headers }: Request): Response => {
    const isProblem = answer.status >= 500 || answer.status === 429
    if (!isProblem || !wantsPage(headers) || !isJson(answer.headers)) return answer
    const page = answer.status === 500 ? FAULT_PAGE : BUSY_PAGE
    const reference = answer.headers.get('x-request-id')
    return resultPage(answer.status, { ...page, reference }, answer.headers)
  }
  const refusal = (error: unknown, request: Request): Response =>
    forPerson(answerError(deps, error, request.url), request)

  /** Counts a request for its sender's address; the answer where it is one too many, else null. */
  const chargeStranger = (request: Request, socketAddress: () => string): Response | null => {
    const tooMany = rateLimits.chargeAddress(clientAddress(request.headers, socketAddress()))
    return tooMany === null ? null : refusal(tooMany, request)
  }
  const isStranger = ({ headers, url }: Request): boolean =>
    !headers.get('authorization') && !UNLIMITED_PATH.test(url)

  // One function: it stands before every request.
  async function admitted(request: Request, socketAddress: () => string): Promise<Response> {
    if (draining || inFlight >= MAX_IN_FLIGHT) return refusal(overloaded(draining), request)
    inFlight += 1
    try {
      if (request.url.length > MAX_URL_LENGTH) return refusal(urlTooLong, request)
      if (!ABSOLUTE.test(request.url)) return refusal(hostMalformed, request)
      const tooMany = isStranger(request) ? chargeStranger(request, socketAddress) : null
      if (tooMany !== null) return tooMany
      await nextTurn()
      const answer = await inner(request)
      if (answer.status < 400) return answer
      // A key that is not ours makes its sender a stranger; who brought none was counted before.
      const isWrongKey = answer.status === 401 && request.headers.get('authorization')
      const alsoTooMany = isWrongKey ? chargeStranger(request, socketAddress) : null
      return alsoTooMany ?? forPerson(answer, request)
    } catch (error) {
      return refusal(error, request)
    } finally {
      inFlight -= 1
    }
  }

  return {
    drain: () => {
      draining = true
    },
    fetch: routeNames === null ? admitted : counted(admitted, routeNames, deps),
  }
}

const counted =
  (fetch: Fetch, routeNames: RouteNames, deps: Pick<Deps, 'metrics' | 'monotonicMs'>): Fetch =>
  async (request, address) => {
    const startedMs = deps.monotonicMs()
    const response = await fetch(request, address)
    const seconds = (deps.monotonicMs() - startedMs) / 1000
    // Anybody may invent a method.
    const method = METHODS.has(request.method) ? request.method : 'other'
    deps.metrics.request(method, routeNames(request.url), response.status, seconds)
    return response
  }

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

const isJson = (headers: Headers): boolean =>
  headers.get('content-type')?.startsWith('application/json') === true

const FAULT_PAGE = {
  state: 'error',
  title: 'Not linked',
  heading: 'Something went wrong',
  intro: 'This is a fault of ours, and it has been noted.',
  advice: 'Ask for a new link where you got this one.',
} as const

const BUSY_PAGE = {
  state: 'error',
  title: 'Not linked yet',
  heading: 'Too busy right now',
  intro: 'We cannot answer at the moment. Nothing is lost.',
  advice: 'Reload this page in a few seconds.',
} as const

const urlTooLong = new ApiError(
  414,
  'url_too_long',
  `The address is longer than ${MAX_URL_LENGTH} characters`,
)

/** Where a `Host` cannot be part of an address, Bun hands over the path alone. */
const ABSOLUTE = /^https?:\/\//

/** RFC 9112 §3.2. */
const hostMalformed = badRequest('host_malformed', 'The Host header is not valid')

const overloaded = (draining: boolean): ApiError =>
  new ApiError(
    503,
    draining ? 'shutting_down' : 'overloaded',
    'Please wait some time, then try again.',
    { headers: { 'retry-after': '1', ...(draining && { connection: 'close' }) } },
  )
