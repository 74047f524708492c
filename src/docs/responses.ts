import type { TSchema } from '@sinclair/typebox'
import { ErrorDto, ValidationErrorDto } from '../http/error-dto.ts'
import type { DescribedRoute } from './route.ts'
import type { SchemaNames } from './schema-names.ts'

const text = (description: string, example: string) => ({
  description,
  schema: { type: 'string', examples: [example] },
})

/** Every header that is promised, once; responses point at them. */
export const HEADERS = {
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
  'X-Request-Id': text('By which this request is found in the log.', 'a3f1c9'),
  Allow: text('The methods that the path has.', 'POST'),
} as const

type HeaderName = keyof typeof HEADERS

const RATE_LIMIT: readonly HeaderName[] = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
]
const IDEMPOTENCY: readonly HeaderName[] = ['Idempotency-Key', 'Idempotency-Replay']

/** What any route that needs a key can answer. */
const WITH_KEY: Readonly<Record<number, string>> = {
  401: 'No API key, or one that is unknown, expired or revoked',
  403: 'The API key is restricted to other operations',
}
/** What any route at all can answer. */
const ALWAYS: Readonly<Record<number, string>> = {
  405: 'The path has other methods',
  414: 'The address is longer than 8 KB',
  429: 'Too many requests in a given amount of time',
  500: 'A fault of latch; `errorId` is in its log',
  503: 'Overloaded, or shutting down',
}
const WITH_BODY: Readonly<Record<number, string>> = {
  400: 'The body is not JSON, or asks for something that cannot be',
  408: 'The body did not arrive within 15 seconds',
  413: 'The body is larger than the operator allows (100 KB unless set)',
  415: 'The body is not `application/json`',
  422: 'Fields are missing or wrong; `errors` names each',
}
const WITH_IDEMPOTENCY_KEY: Readonly<Record<number, string>> = {
  409: 'A request with the same idempotency key is still running',
}

/** Answered before it is known who calls. */
const UNAUTHENTICATED = new Set([401, 414])
const EXTRA: Readonly<Record<number, readonly HeaderName[]>> = {
  405: ['Allow'],
  409: ['Retry-After'],
  429: ['Retry-After'],
  503: ['Retry-After'],
}
/** Statuses whose answers an idempotency key repeats. */
const RECORDED = new Set([200, 201, 400, 404, 409])

export const takesIdempotencyKey = ({ method }: DescribedRoute): boolean =>
  method === 'post' || method === 'patch'

/** Every answer of a route, by status, with its headers and body. */
export function responsesOf(route: DescribedRoute, names: SchemaNames): Record<string, object> {
  const { operation, body, query } = route
  const withKey = operation.access === 'api_key'
  const errors: Record<number, string> = {
    ...ALWAYS,
    ...(withKey && WITH_KEY),
    ...(query !== null && { 422: 'Parameters are missing or wrong; `errors` names each' }),
    ...(body !== null && WITH_BODY),
    ...(takesIdempotencyKey(route) && WITH_IDEMPOTENCY_KEY),
    ...operation.errors,
  }
  const { status, description, schema, contentType } = operation.answer
  const success = {
    description,
    headers: headersOf(route, status),
    ...(contentType !== undefined && {
      content: { [contentType]: { schema: { type: 'string' } } },
    }),
    ...(schema !== null && { content: { 'application/json': { schema: names.use(schema) } } }),
  }
  return Object.fromEntries([
    [String(status), success],
    ...Object.entries(errors).map(([code, why]) => [
      code,
      {
        description: why,
        headers: headersOf(route, Number(code)),
        content: { 'application/json': { schema: names.use(bodyOf(Number(code))) } },
      },
    ]),
  ])
}

/** 429 and 503 are a bare string, as the contract has it. */
function bodyOf(status: number): TSchema | object {
  if (status === 429) return { type: 'string', examples: ['API rate limit exceeded'] }
  if (status === 503) {
    return { type: 'string', examples: ['Please wait some time, then try again.'] }
  }
  return status === 422 ? ValidationErrorDto : ErrorDto
}

function headersOf(route: DescribedRoute, status: number): Record<string, object> {
  const withKey = route.operation.access === 'api_key'
  const names: HeaderName[] = [
    'X-Request-Id',
    ...(withKey && !UNAUTHENTICATED.has(status) ? RATE_LIMIT : []),
    ...(withKey && takesIdempotencyKey(route) && RECORDED.has(status) ? IDEMPOTENCY : []),
    ...(EXTRA[status] ?? []),
  ]
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}
