/** What a request asks for, out of its address. */
export type RequestTarget = {
  path: string
  /** With its question mark; empty where nothing comes after it. */
  search: string
}

/**
 * Takes the address of a request apart. It is absolute and normal: Bun made it with a URL parser, and
 * the pipeline refuses what is not. To parse it once more took 2 % of a link with an idempotency key.
 */
export function targetOf(url: string): RequestTarget {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  if (start === -1) return { path: '/', search: '' }
  const question = url.indexOf('?', start)
  if (question === -1) return { path: url.slice(start), search: '' }
  const search = url.slice(question)
  return { path: url.slice(start, question), search: search === '?' ? '' : search }
}

/** A route as Elysia lists it. */
export type Route = {
  method: string
  path: string
  hooks: { detail?: unknown }
}

/** Which path of the routes, as it is written there, a request's URL matches; `none` for no route. */
export type RouteNames = (url: string) => string

/** For metrics: all addresses that match no route share one name, as anybody can make them up. */
export function createRouteNames(routes: readonly Pick<Route, 'path'>[]): RouteNames {
  const paths = [...new Set(routes.map(({ path }) => path))]
  const exact = new Set(paths.filter((path) => !path.includes(':')))
  const patterns = paths
    .filter((path) => path.includes(':'))
    .map((path) => ({ path, pattern: pathPattern(path) }))
  return (url) => {
    const { path } = targetOf(url)
    if (exact.has(path)) return path
    return patterns.find(({ pattern }) => pattern.test(path))?.path ?? 'none'
  }
}

/** Which methods the routes offer at a path: for `Allow` (RFC 9110 §10.2.1), so off the hot path. */
export function createAllowedMethods(
  routes: readonly Pick<Route, 'method' | 'path'>[],
): (path: string) => string[] {
  const patterns = routes.map(({ method, path }) => ({ method, pattern: pathPattern(path) }))
  return (path) => {
    const methods = patterns
      .filter(({ pattern }) => pattern.test(path))
      .map(({ method }) => method.toUpperCase())
    const withHead = methods.includes('GET') ? [...methods, 'HEAD'] : methods
    return [...new Set(withHead)].sort()
  }
}

/** Matches the paths that a route takes. */
function pathPattern(path: string): RegExp {
  const escaped = path
    .split('/')
    .map((part) =>
      part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
  return new RegExp(`^${escaped.join('/')}/?$`)
}
