import type { Deps } from '../deps.ts'

const ACCEPTABLE = /^[\w.-]{1,128}$/

/**
 * Gives every answer an `X-Request-Id`: the caller's own, where it is harmless in a log and a page,
 * else a new one. Handlers read it from the answer's headers.
 */
export function requestId({ random }: Pick<Deps, 'random'>) {
  return function setRequestId({
    request,
    set,
  }: {
    request: Request
    set: { headers: Record<string, string | number> }
  }): void {
    const given = request.headers.get('x-request-id')
    set.headers['x-request-id'] =
      given !== null && ACCEPTABLE.test(given) ? given : random.requestId()
  }
}
