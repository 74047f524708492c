type Route = { method: string; path: string }

/** Which methods the routes offer at a path: for `Allow` (RFC 9110 §10.2.1), so off the hot path. */
export function createAllowedMethods(routes: readonly Route[]): (path: string) => string[] {
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
export function pathPattern(path: string): RegExp {
  const escaped = path
    .split('/')
    .map((part) =>
      part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
  return new RegExp(`^${escaped.join('/')}/?$`)
}
