import { LINK_PATHS } from '../domain/links/addresses.ts'
import { SECURITY_HEADERS } from '../pages/security-headers.ts'

const NAMES = Object.keys(SECURITY_HEADERS)

/**
 * Adds the security headers to a response if its request was sent to a link or to the callback,
 * whichever stage of the pipeline responded. Headers that the response has already stay.
 */
export function withLinkHeaders(answer: Response, url: string): Response {
  if (!isLinkAddress(url)) return answer
  for (const name of NAMES) {
    if (!answer.headers.has(name)) answer.headers.set(name, SECURITY_HEADERS[name] ?? '')
  }
  return answer
}

/** Does not parse the URL, because every request passes here; after a malformed Host it is a path. */
function isLinkAddress(url: string): boolean {
  const start = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('://') + 3)
  return start !== -1 && LINK_PATHS.some((path) => url.startsWith(path, start))
}
