import { Elysia } from 'elysia'
import type { Deps } from '../deps.ts'
import { authenticate } from './authenticate.ts'
import { readBody } from './read-body.ts'

/**
 * What every route of the API passes before its handler, in this order: who calls, then the body.
 * A resource gets it by `.use(api(deps))`, and with it `caller` in its handlers.
 */
export const api = (deps: Deps) =>
  new Elysia({ name: 'api' })
    // Elysia parses before it runs anything else. A stranger's body is not worth reading, so its
    // parser is told that there is nothing, and the body is read once the caller is known.
    .onParse({ as: 'scoped' }, () => null)
    .derive({ as: 'scoped' }, async function identifyCaller({ request }) {
      return { caller: await authenticate(deps, request.headers) }
    })
    .onTransform({ as: 'scoped' }, async function readJson(context) {
      const { method } = context.request
      if (method === 'GET' || method === 'HEAD') return
      context.body = await readBody(context.request, deps.config.maxBodyBytes)
    })
    .mapResponse({ as: 'scoped' }, function wrapSingleResult({ responseValue, set }) {
      if (deps.config.responseEnvelope === 'none' || !isSingleResult(responseValue)) return
      return Response.json({ data: responseValue }, { status: Number(set.status ?? 200) })
    })

/** Lists have an array `data` already, and go out as they are. */
function isSingleResult(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Response) return false
  return !('data' in value && Array.isArray(value.data))
}
