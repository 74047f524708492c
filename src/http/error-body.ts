import type { ApiError } from './api-error.ts'
import type { ErrorBody } from './error-dto.ts'

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

/** What a callback's address carries that no log, page or error may repeat. */
const SECRET_PARAMETERS = ['code', 'state']

/** The path and query as they came, without secrets and without the host. */
export function safePath(requestUrl: string): string {
  const url = URL.parse(requestUrl)
  if (url === null) return '/'
  // A bound link has its state in the path.
  if (url.pathname.startsWith('/l/')) return '/l/'
  if (!SECRET_PARAMETERS.some((name) => url.searchParams.has(name)))
    return url.pathname + url.search
  for (const name of SECRET_PARAMETERS) url.searchParams.delete(name)
  return url.pathname + url.search
}

/** The contract's `ErrorDto`; with `errors`, its `ValidationErrorDto`. */
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
