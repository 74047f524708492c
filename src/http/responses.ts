import { type TSchema, Type } from '@sinclair/typebox'
import type { Declaration, DeclaredResponse } from './declares.ts'
import { ErrorDto, ValidationErrorDto } from './error-response.ts'

const text = (description: string, example: string, required = false) => ({
  description,
  required,
  schema: { type: 'string', examples: [example] },
})

/**
 * Every response header except HTTP's own. `required`: it is present in every response that declares
 * it.
 */
export const HEADERS = {
  'X-Request-Id': text('Identifies the request in the log.', 'a3f1c9', true),
  'RateLimit-Limit': text('The requests per second that the environment is allowed.', '100'),
  'RateLimit-Remaining': text('The requests that are allowed now.', '109'),
  'RateLimit-Reset': text('The seconds until another request is allowed.', '1'),
  'RateLimit-Policy': text(
    'The full policy.',
    '100;w=1;burst=110;comment="token bucket";category="global";cost="single"',
  ),
  'Idempotency-Key': text('The key of the request.', '8f0c2a'),
  'Idempotency-Replay': text('`true` if this is the response to an earlier request.', 'true'),
  'Retry-After': text('The seconds after which to retry.', '1'),
  Link: text(
    'A page that explains the response (RFC 8288).',
    '<https://latch.example.com/docs/idempotency>; rel="help"',
  ),
  Allow: text('The methods that the path supports.', 'POST', true),
  'WWW-Authenticate': text('The scheme of the Authorization header.', 'ApiKey', true),
  Accept: text('The media type that the body must have.', 'application/json', true),
  'Latch-Link-Id': text(
    "The link's id. `GET /v1/links/{id}` returns what became of the link.",
    'lnk_0mi2c9q3k4fZr0XuVq1mW8aTe008cK7dQ2xPz_9sA',
  ),
  'Set-Cookie': text(
    'Identifies the browser that made an attempt, so that it can be told the outcome again.',
    'latch-Xk3vQ9pLm2Ra7TzB=q1…; Path=/; Max-Age=600; HttpOnly; SameSite=Lax',
  ),
  Location: text('The redirect target.', 'https://app.example.com/done?status=linked', true),
  'Cache-Control': text('`no-store`: the answer is for this request alone.', 'no-store'),
  'Content-Security-Policy': text('The page must not load anything.', "default-src 'none'"),
  'Referrer-Policy': text('The page sends no referrer.', 'no-referrer'),
  'X-Content-Type-Options': text('The media type must not be guessed.', 'nosniff'),
  'X-Frame-Options': text('The page must not be framed.', 'DENY'),
  'X-Robots-Tag': text('Search engines must not index the page.', 'noindex, nofollow'),
} as const

export type HeaderName = keyof typeof HEADERS

const isHeaderName = (name: string): name is HeaderName => name in HEADERS
const HEADER_NAMES = Object.keys(HEADERS).filter(isHeaderName)

/** When a response has a header that it declares. */
export type Presence =
  | 'always'
  /** Unless the operator has turned the limits off. */
  | 'with_limits'
  /** If the request has an `Idempotency-Key`. */
  | 'with_key'
  | 'sometimes'

/** A response of an operation, with everything that its declaration implies. */
export type DescribedResponse = {
  description: string
  headers: ReadonlyMap<HeaderName, Presence>
  /** The schema of the JSON body; null if there is none. */
  json: TSchema | null
  /** Whether a browser gets HTML. */
  html: boolean
}

const RATE_LIMIT: readonly HeaderName[] = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
]
const PAGE: readonly HeaderName[] = [
  'Cache-Control',
  'Content-Security-Policy',
  'Referrer-Policy',
  'X-Content-Type-Options',
  'X-Frame-Options',
  'X-Robots-Tag',
]

/** The headers that a status has in every operation. */
const BY_STATUS: Readonly<Record<number, ReadonlyMap<HeaderName, Presence>>> = {
  302: new Map([['Location', 'always']]),
  303: new Map([['Location', 'always']]),
  401: new Map([['WWW-Authenticate', 'always']]),
  405: new Map([['Allow', 'always']]),
  // Only if a request with the same idempotency key is still running.
  409: new Map([
    ['Retry-After', 'sometimes'],
    ['Link', 'sometimes'],
  ]),
  // Only if the idempotency key was used with a different body.
  422: new Map([['Link', 'sometimes']]),
  415: new Map([['Accept', 'always']]),
  429: new Map([['Retry-After', 'always']]),
  503: new Map([['Retry-After', 'always']]),
}

/** Statuses that are sent, or may be sent, before the environment is known. */
const WITHOUT_LIMITS = new Set([401, 414])
const PERHAPS_WITH_LIMITS = new Set([405, 429, 500, 503])
/** Statuses that are sent, or may be sent, before the idempotency key is read. */
const WITHOUT_KEY = new Set([401, 405, 408, 413, 414, 415, 429])
const PERHAPS_WITH_KEY = new Set([400, 403, 422, 500, 503])

/** The statuses that any operation can return. */
const ALWAYS: Readonly<Record<number, string>> = {
  405: 'The path does not support this method',
  414: 'The URL is longer than 8 KB',
  500: 'An error in latch; the log has its `errorId`',
  503: 'Overloaded, or shutting down',
}
const LIMITED: Readonly<Record<number, string>> = {
  429: 'Too many requests',
}
const WITH_API_KEY: Readonly<Record<number, string>> = {
  401: 'The API key is missing, unknown, expired or revoked',
  403: 'The API key is restricted to other operations',
}
/** A body is read even if the operation does not use it. */
const WITH_BODY: Readonly<Record<number, string>> = {
  400: 'The body is not JSON, or the request is not possible',
  408: 'The body did not arrive within 15 seconds',
  413: 'The body is larger than the operator allows (100 KB unless set)',
  415: 'The body is not `application/json`',
}
const WITH_IDEMPOTENCY_KEY: Readonly<Record<number, string>> = {
  409: 'A request with the same idempotency key is still running',
  422: 'The idempotency key was used with a different body',
}
const VALIDATED: Readonly<Record<number, string>> = {
  422: 'Fields are missing or invalid; `errors` names each',
}

export const takesIdempotencyKey = (
  method: string,
  { access, neverReplayed }: Pick<Declaration, 'access' | 'neverReplayed'>,
): boolean =>
  access !== 'public' && neverReplayed !== true && (method === 'POST' || method === 'PATCH')

/**
 * All responses of an operation, by status: those that it declares, and those that its API key, body
 * and parameters imply. The API description is generated from them, and the tests check every
 * response against them.
 */
export function responsesOf(
  method: string,
  declaration: Declaration,
): ReadonlyMap<number, DescribedResponse> {
  const { access, unlimited, params, query, body, responses } = declaration
  const hasShape = params !== undefined || query !== undefined || body !== undefined
  const shared: Record<number, string> = {
    ...ALWAYS,
    ...(unlimited !== true && LIMITED),
    ...(access !== 'public' && WITH_API_KEY),
    ...(access !== 'public' && method !== 'GET' && WITH_BODY),
    ...(takesIdempotencyKey(method, declaration) && WITH_IDEMPOTENCY_KEY),
    ...(hasShape && VALIDATED),
  }
  const all: Record<number, DeclaredResponse> = {
    ...Object.fromEntries(
      Object.entries(shared).map(([status, description]) => [status, { description }]),
    ),
    ...responses,
  }
  return new Map(
    // Objects list numeric names in ascending order, so success comes first.
    Object.entries(all).map(([name, response]) => {
      const status = Number(name)
      return [status, describe(method, declaration, status, response)]
    }),
  )
}

/** Whether an operation is opened in a browser, and so responds with HTML. */
export const hasHtmlResponse = ({ responses }: Pick<Declaration, 'responses'>): boolean =>
  Object.values(responses).some(({ contentType }) => contentType === 'text/html')

function describe(
  method: string,
  declaration: Declaration,
  status: number,
  response: DeclaredResponse,
): DescribedResponse {
  const { access } = declaration
  const hasPages = hasHtmlResponse(declaration)
  const headers = new Map<HeaderName, Presence>([['X-Request-Id', 'always']])
  const add = (names: readonly HeaderName[], presence: Presence): void => {
    for (const name of names) headers.set(name, presence)
  }
  // A request with the wrong method may have an API key, even if the operation is public.
  if ((access !== 'public' || status === 405) && !WITHOUT_LIMITS.has(status)) {
    add(RATE_LIMIT, PERHAPS_WITH_LIMITS.has(status) ? 'sometimes' : 'with_limits')
  }
  if (takesIdempotencyKey(method, declaration) && !WITHOUT_KEY.has(status)) {
    add(['Idempotency-Key'], PERHAPS_WITH_KEY.has(status) ? 'sometimes' : 'with_key')
    add(['Idempotency-Replay'], 'sometimes')
  }
  if (declaration.holdsSecrets) add(['Cache-Control'], status < 400 ? 'always' : 'sometimes')
  if (hasPages) add(PAGE, 'always')
  for (const [name, presence] of BY_STATUS[status] ?? []) add([name], presence)
  for (const name of HEADER_NAMES) {
    const own = response.headers?.[name]
    if (own !== undefined) headers.set(name, own)
  }
  return {
    description: response.description,
    headers,
    json: response.contentType === 'text/html' ? null : jsonOf(status, response),
    html: hasPages && (response.contentType === 'text/html' || status >= 400),
  }
}

function jsonOf(status: number, { schema }: DeclaredResponse): TSchema | null {
  if (schema !== undefined) return schema
  if (status < 400) return null
  // The contract has these two as a bare string.
  if (status === 429) return TOO_MANY
  if (status === 503) return UNAVAILABLE
  return status === 422 ? ValidationErrorDto : ErrorDto
}

export const UNAVAILABLE = Type.String({ examples: ['Please wait some time, then try again.'] })
const TOO_MANY = Type.String({ examples: ['API rate limit exceeded'] })
