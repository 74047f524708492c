import type { ApiDeps } from './api-deps.ts'
import { declaredRoutes } from './declares.ts'
import { createRouteNames, type Route } from './routes.ts'

/** Logs a finished request. `startedMs` is a time of the monotonic clock. */
export type LogRequest = (request: Request, answer: Response, startedMs: number) => void

type RequestLogDeps = Pick<ApiDeps, 'config' | 'log' | 'monotonicMs' | 'apiKeyIdOf'>

/**
 * Logs one line per request, with its route but never its URL, which may contain a person's name.
 * With `errors`, these are logged only at the level `debug`: successful requests; 429 and 503, whose
 * lines would add to the load during a flood; and requests whose clients disconnected. Successful
 * health checks are never logged.
 */
export function createRequestLog(
  { config, log, monotonicMs, apiKeyIdOf }: RequestLogDeps,
  routes: readonly Route[],
): LogRequest {
  const { logRequests } = config
  if (logRequests === 'none') return () => {}
  let known: ReturnType<typeof readRoutes> | null = null

  return function logRequest(request, answer, startedMs) {
    const { status } = answer
    const isLogged = logRequests === 'all' || isNotable(status)
    if (!isLogged && !log.isDebugging()) return
    known ??= readRoutes(routes)
    const route = known.nameOf(request.url)
    const isAborted = status >= 400 && request.signal.aborted
    if (status < 400 && known.healthChecks.has(route)) return
    const apiKeyId = apiKeyIdOf(request)
    const linkId = answer.headers.get('latch-link-id')
    const fields = {
      requestId: answer.headers.get('x-request-id'),
      method: request.method,
      route,
      status,
      durationMs: Math.round((monotonicMs() - startedMs) * 100) / 100,
      ...(apiKeyId !== null && { apiKeyId }),
      ...(linkId !== null && { linkId }),
      ...(isAborted && { aborted: true }),
    }
    if (!isLogged || (isAborted && logRequests !== 'all')) log.debug(fields, 'request')
    else if (status >= 500) log.warn(fields, 'request')
    else log.info(fields, 'request')
  }
}

const isNotable = (status: number): boolean => status >= 400 && status !== 429 && status !== 503

const readRoutes = (routes: readonly Route[]) => ({
  nameOf: createRouteNames(routes),
  healthChecks: new Set(
    declaredRoutes(routes)
      .filter(({ declaration }) => declaration.unlimited === true)
      .map(({ path }) => path),
  ),
})
