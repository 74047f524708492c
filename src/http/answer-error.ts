import { isUnavailable } from '../store/failures.ts'
import type { ApiDeps } from './api-deps.ts'
import { ApiError } from './api-error.ts'
import { errorBody } from './error-body.ts'

/** Any error as the caller gets it, in the contract's shape; a fault goes to the log, by its id. */
export function answerError(
  deps: Pick<ApiDeps, 'clock' | 'log' | 'random' | 'storeTrouble'>,
  error: unknown,
  requestUrl: string,
): Response {
  if (error instanceof ApiError) {
    if (error.options.internal !== undefined) {
      deps.log.info({ code: error.code, status: error.status }, error.message)
    }
    // The contract has these two as a bare string; everything else is an `ErrorDto`.
    const bare = error.status === 429 || error.status === 503
    const body = bare ? error.publicMessage : errorBody(error, requestUrl, deps.clock())
    const { status, options } = error
    return Response.json(body, { status, ...(options.headers && { headers: options.headers }) })
  }
  const cause = error instanceof Error ? error : new Error(String(error))
  if (isUnavailable(error)) {
    deps.storeTrouble(cause)
    return answerError(deps, storeUnavailable, requestUrl)
  }
  const errorId = deps.random.requestId()
  deps.log.error({ errorId, error: cause }, 'a request failed')
  const fault = new ApiError(
    500,
    'internal_error',
    'Internal server error, contact support and provide them with the errorId',
  )
  const body = { ...errorBody(fault, requestUrl, deps.clock()), errorId }
  return Response.json(body, { status: 500 })
}

/** To the caller it is like every other 503. */
const storeUnavailable = new ApiError(
  503,
  'store_unavailable',
  'Please wait some time, then try again.',
  { headers: { 'retry-after': '1' } },
)
