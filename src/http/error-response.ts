import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { TypeCheck } from '@sinclair/typebox/compiler'
import type { Deps } from '../deps.ts'
import { type FieldError, invalidFields } from '../domain/shape.ts'
import { isUnavailable } from '../store/failures.ts'
import { StoreError } from '../store/store-error.ts'
import type { ApiDeps } from './api-deps.ts'
import { ApiError, refusedFields } from './api-error.ts'

const common = {
  error: Type.Optional(
    Type.String({ description: 'The status in words.', examples: ['Not Found'] }),
  ),
  statusCode: Type.Integer({ description: 'The HTTP status.', examples: [404] }),
  timestamp: Type.String({ format: 'date-time', examples: ['2026-01-01T00:00:00.000Z'] }),
  path: Type.String({
    description: 'The path and query of the request, without `code` and `state`.',
    examples: ['/v1/channel-endpoints'],
  }),
  message: Type.String({ examples: ['Subscriber not found: subscriber-123'] }),
  ctx: Type.Readonly(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'Details. `code` is stable: programs should rely on it, not on `message`.',
      examples: [{ error: 'Not Found', statusCode: 404, code: 'subscriber_not_found' }],
    }),
  ),
  errorId: Type.Optional(
    Type.String({ description: 'Only with 500: identifies the error in the log.' }),
  ),
}

export const ErrorDto = Type.Object(common, { title: 'ErrorDto' })

const ConstraintValidation = Type.Object(
  {
    messages: Type.Array(Type.String(), { examples: [['subscriberId must be a string']] }),
    value: Type.Optional(Type.Unknown({ description: 'The rejected value.' })),
  },
  { title: 'ConstraintValidation' },
)

/** Lists all invalid fields at once. */
export const ValidationErrorDto = Type.Object(
  {
    ...common,
    errors: Type.Record(Type.String(), ConstraintValidation, { description: 'By field name.' }),
  },
  { title: 'ValidationErrorDto' },
)

export type ErrorBody = Static<typeof ErrorDto> & {
  errors?: Readonly<Record<string, FieldError>>
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Payload Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  502: 'Bad Gateway',
}

/** Parameters of the callback that must not appear in a log, a page or an error. */
const SECRET_PARAMETERS = ['code', 'state']

/** The request's path and query, without secrets and without the host. */
export function safePath(requestUrl: string): string {
  const url = URL.parse(requestUrl)
  if (url === null) return '/'
  // The path of a bound link contains its state.
  if (url.pathname.startsWith('/l/')) return '/l/'
  if (!SECRET_PARAMETERS.some((name) => url.searchParams.has(name)))
    return url.pathname + url.search
  for (const name of SECRET_PARAMETERS) url.searchParams.delete(name)
  return url.pathname + url.search
}

/** Builds the contract's `ErrorDto`; with `errors`, its `ValidationErrorDto`. */
export function errorBody(error: ApiError, requestUrl: string, nowMs: number): ErrorBody {
  const { status, code, publicMessage, options } = error
  const reason = REASONS[status]
  return {
    ...(reason !== undefined && { error: reason }),
    statusCode: status,
    timestamp: new Date(nowMs).toISOString(),
    path: safePath(requestUrl),
    message: publicMessage,
    ctx: { ...(reason !== undefined && { error: reason }), statusCode: status, code },
    ...(options.errors && { errors: options.errors }),
  }
}

/** The 422 for parameters that Elysia rejected, in the same form as for a body. */
export const validationError = (validator: TypeCheck<TSchema>, value: unknown): ApiError =>
  refusedFields(invalidFields(validator, value))

/**
 * Turns any error into a response in the contract's shape. Unexpected errors are logged, with an
 * `errorId` and the request id.
 */
export function errorResponse(
  deps: Pick<ApiDeps, 'clock' | 'log' | 'random' | 'logStoreFailure'>,
  error: unknown,
  requestUrl: string,
  requestId: string | number = '',
): Response {
  if (error instanceof ApiError) {
    if (error.options.internal !== undefined) {
      deps.log.info({ requestId, code: error.code, status: error.status }, error.message)
    }
    // The contract has these two as a bare string; everything else is an `ErrorDto`.
    const bare = error.status === 429 || error.status === 503
    const body = bare ? error.publicMessage : errorBody(error, requestUrl, deps.clock())
    const { status, options } = error
    return Response.json(body, { status, ...(options.headers && { headers: options.headers }) })
  }
  const cause = error instanceof Error ? error : new Error(String(error))
  if (isUnavailable(error)) {
    deps.logStoreFailure(cause)
    return errorResponse(deps, storeUnavailable, requestUrl)
  }
  const errorId = deps.random.requestId()
  deps.log.error({ requestId, errorId, error: cause }, 'a request failed')
  const fault = new ApiError(
    500,
    'internal_error',
    'Internal server error, contact support and provide them with the errorId',
  )
  const body = { ...errorBody(fault, requestUrl, deps.clock()), errorId }
  return Response.json(body, { status: 500 })
}

/** Indistinguishable from any other 503 to the caller. */
const storeUnavailable = new ApiError(
  503,
  'store_unavailable',
  'Please wait some time, then try again.',
  { headers: { 'retry-after': '1' } },
)

/** Logs why the database is unavailable. */
export type LogStoreFailure = (error: Error) => void

const LOG_EVERY_MS = 1000

/**
 * Logs at most once a second: otherwise thousands of failing requests would each log the error,
 * perhaps to a full disk.
 */
export function createLogStoreFailure({
  log,
  monotonicMs,
}: Pick<Deps, 'log' | 'monotonicMs'>): LogStoreFailure {
  let toldAtMs = Number.NEGATIVE_INFINITY
  return (error) => {
    const nowMs = monotonicMs()
    if (nowMs - toldAtMs < LOG_EVERY_MS) return
    if (error instanceof StoreError && error.code === 'contended') {
      log.error(
        { error },
        'a change was abandoned, because other commits changed the same rows at every attempt',
      )
    } else log.error({ error }, 'the database is unavailable')
    toldAtMs = nowMs
  }
}

/** Whether the client is a browser, and gets a page; programs get JSON. */
export const acceptsHtml = (headers: Headers): boolean =>
  (headers.get('accept') ?? '').includes('text/html')
