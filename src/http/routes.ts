/** The parts of a request's URL that identify its target. */
export type RequestTarget = {
  path: string
  /** The query with its question mark; empty if there is no query. */
  search: string
}

/**
 * Splits a request's URL. It must be absolute and normalized: Bun creates it with a URL parser, and
 * the pipeline refuses others. Parsing it again took 2 % of the time of a link with an idempotency
 * key.
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

/** Returns the path pattern of the route that a URL matches, or `none`. */
export type RouteNames = (url: string) => string

/** For metrics: all URLs that match no route share one name, because clients can invent them. */
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

/** Returns the methods that a path has, for `Allow` (RFC 9110 §10.2.1). Not used on the hot path. */
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

/** A pattern for the paths that a route matches. */
function pathPattern(path: string): RegExp {
  const escaped = path
    .split('/')
    .map((part) =>
      part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
  return new RegExp(`^${escaped.join('/')}/?$`)
}
