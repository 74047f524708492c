import { ApiError, notFound } from './api-error.ts'
import { safePath } from './error-body.ts'

/** Why no route took a request: 405 with `Allow` where the path has other methods, else 404. */
export function routeError(allowedMethods: (path: string) => string[], request: Request): ApiError {
  const path = safePath(request.url)
  const [pathname = path] = path.split('?')
  const allow = allowedMethods(pathname)
  if (allow.length === 0) return notFound('route_not_found', `Cannot ${request.method} ${path}`)
  return new ApiError(
    405,
    'method_not_allowed',
    `${request.method} is not allowed here; allowed: ${allow.join(', ')}`,
    { headers: { allow: allow.join(', ') } },
  )
}
