import { type TSchema, Type } from '@sinclair/typebox'
import type { Declaration, DeclaredResponse } from './declares.ts'
import { ErrorDto, ValidationErrorDto } from './error-response.ts'

const text = (description: string, example: string, required = false) => ({
  description,
  required,
  schema: { type: 'string', examples: [example] },
})

/**
 * Every header that an answer can have, beside those of HTTP itself. `required`: it is there whenever
 * a response promises it.
 */
export const HEADERS = {
  'X-Request-Id': text('By which this request is found in the log.', 'a3f1c9', true),
  'RateLimit-Limit': text('Requests a second that the environment may make.', '100'),
  'RateLimit-Remaining': text('Requests that may be made now.', '109'),
  'RateLimit-Reset': text('Seconds until another request may be made.', '1'),
  'RateLimit-Policy': text(
    'The policy in full.',
    '100;w=1;burst=110;comment="token bucket";category="global";cost="single"',
  ),
  'Idempotency-Key': text('The key that the request came with.', '8f0c2a'),
  'Idempotency-Replay': text('`true` where this is the answer to an earlier request.', 'true'),
  'Retry-After': text('Seconds after which to try again.', '1'),
  Link: text(
    'A page that explains the answer (RFC 8288).',
    '<https://latch.example.com/docs/idempotency>; rel="help"',
  ),
  Allow: text('The methods that the path has.', 'POST', true),
  'WWW-Authenticate': text('The scheme of the Authorization header.', 'ApiKey', true),
  Accept: text('The media type that a body must have.', 'application/json', true),
  'Latch-Link-Id': text(
    'The id of the link, by which `GET /v1/links/{id}` tells what became of it.',
    'lnk_0mi2c9q3k4fZr0XuVq1mW8aTe008cK7dQ2xPz_9sA',
  ),
  Location: text('Where to go on.', 'https://app.example.com/done?status=linked', true),
  'Cache-Control': text('`no-store`: the answer is for this request alone.', 'no-store'),
  'Content-Security-Policy': text('What the page may load: nothing.', "default-src 'none'"),
  'Referrer-Policy': text('That the page tells its address to nobody.', 'no-referrer'),
  'X-Content-Type-Options': text('That the type of the page is as it says.', 'nosniff'),
  'X-Frame-Options': text('That no other page may frame this one.', 'DENY'),
  'X-Robots-Tag': text('That search engines leave the page alone.', 'noindex, nofollow'),
} as const

export type HeaderName = keyof typeof HEADERS

const isHeaderName = (name: string): name is HeaderName => name in HEADERS
const HEADER_NAMES = Object.keys(HEADERS).filter(isHeaderName)

/** When a response has a header that it promises. */
export type Presence =
  | 'always'
  /** Where the operator has not turned the limits off. */
  | 'with_limits'
  /** Where the request came with an `Idempotency-Key`. */
  | 'with_key'
  | 'sometimes'

/** A response of an operation, in full. */
export type DescribedResponse = {
  description: string
  headers: ReadonlyMap<HeaderName, Presence>
  /** Null where there is no JSON body. */
  json: TSchema | null
  /** Whether a browser gets a page. */
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

/** By status, headers that come with it whatever the operation. */
const BY_STATUS: Readonly<Record<number, ReadonlyMap<HeaderName, Presence>>> = {
  302: new Map([['Location', 'always']]),
  401: new Map([['WWW-Authenticate', 'always']]),
  405: new Map([['Allow', 'always']]),
  // Of a request that is still running, not of a conflict.
  409: new Map([
    ['Retry-After', 'sometimes'],
    ['Link', 'sometimes'],
  ]),
  // Of an idempotency key that came with another body.
  422: new Map([['Link', 'sometimes']]),
  415: new Map([['Accept', 'always']]),
  429: new Map([['Retry-After', 'always']]),
  503: new Map([['Retry-After', 'always']]),
}

/** Refused before an environment is known, or perhaps before. */
const WITHOUT_LIMITS = new Set([401, 414])
const PERHAPS_WITH_LIMITS = new Set([405, 429, 500, 503])
/** Refused before idempotency, or perhaps before. */
const WITHOUT_KEY = new Set([401, 405, 408, 413, 414, 415, 429])
const PERHAPS_WITH_KEY = new Set([400, 403, 422, 500, 503])

/** What any operation can answer. */
const ALWAYS: Readonly<Record<number, string>> = {
  405: 'The path has other methods',
  414: 'The address is longer than 8 KB',
  500: 'A fault of latch; `errorId` is in its log',
  503: 'Overloaded, or shutting down',
}
const LIMITED: Readonly<Record<number, string>> = {
  429: 'Too many requests in a given amount of time',
}
const WITH_API_KEY: Readonly<Record<number, string>> = {
  401: 'No API key, or one that is unknown, expired or revoked',
  403: 'The API key is restricted to other operations',
}
/** A body is read whether it is wanted or not. */
const WITH_BODY: Readonly<Record<number, string>> = {
  400: 'The body is not JSON, or asks for something that cannot be',
  408: 'The body did not arrive within 15 seconds',
  413: 'The body is larger than the operator allows (100 KB unless set)',
  415: 'The body is not `application/json`',
}
const WITH_IDEMPOTENCY_KEY: Readonly<Record<number, string>> = {
  409: 'A request with the same idempotency key is still running',
  422: 'The idempotency key came with another body before',
}
const VALIDATED: Readonly<Record<number, string>> = {
  422: 'Fields are missing or wrong; `errors` names each',
}

export const takesIdempotencyKey = (method: string, { access }: Pick<Declaration, 'access'>) =>
  access !== 'public' && (method === 'POST' || method === 'PATCH')

/**
 * Every response that an operation can give, by status: those that it declares, and those that come
 * with what it needs. The API's description is made from it, and the tests check every answer against
 * it.
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
    Object.entries(all)
      .map(([status, response]) => [Number(status), response] as const)
      .sort(([left], [right]) => rank(left, responses) - rank(right, responses) || left - right)
      .map(([status, response]) => [status, describe(method, declaration, status, response)]),
  )
}

/** What an operation is for comes first. */
const rank = (status: number, own: Declaration['responses']): number =>
  status < 400 && status in own ? 0 : 1

/** Whether people open an operation, in a browser, so that it answers with pages. */
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
  // Whoever asks with another method may have brought a key, also to a public operation.
  if ((access !== 'public' || status === 405) && !WITHOUT_LIMITS.has(status)) {
    add(RATE_LIMIT, PERHAPS_WITH_LIMITS.has(status) ? 'sometimes' : 'with_limits')
  }
  if (takesIdempotencyKey(method, declaration) && !WITHOUT_KEY.has(status)) {
    add(['Idempotency-Key'], PERHAPS_WITH_KEY.has(status) ? 'sometimes' : 'with_key')
    add(['Idempotency-Replay'], 'sometimes')
  }
  if (declaration.holdsSecrets) add(['Cache-Control'], status < 400 ? 'always' : 'sometimes')
  if (hasPages) add(PAGE, 'sometimes')
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
