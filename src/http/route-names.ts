import { pathPattern } from './allowed-methods.ts'
import { targetOf } from './request-target.ts'

/** What a request is counted as: the path of its route as it is written there, never its own. */
export type RouteNames = (url: string) => string

/** For metrics: an address that no route has is one name with all others, as anybody may invent some. */
export function createRouteNames(routes: readonly { path: string }[]): RouteNames {
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
