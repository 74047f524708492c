import { Elysia } from 'elysia'
import { admit, type RouteRule } from './admit.ts'
import type { ApiDeps } from './api-deps.ts'
import { inEnvelope } from './perform.ts'
import { readBody } from './read-body.ts'

/**
 * What every route of the API passes before its handler, in this order: who calls and whether they
 * may, then the body. A resource gets it by `.use(api(deps, rule))`, and with it `caller`.
 */
export const api = (deps: ApiDeps, rule: RouteRule) =>
  new Elysia({ name: `api/${rule.category}/${rule.access}` })
    // Elysia parses before it runs anything else. A stranger's body is not worth reading, so its
    // parser is told that there is nothing, and the body is read once the caller is known.
    .onParse({ as: 'scoped' }, () => null)
    .derive({ as: 'scoped' }, async function admitCaller({ request, set }) {
      return { caller: await admit(deps, { request, set }, rule) }
    })
    .onTransform({ as: 'scoped' }, async function readJson(context) {
      const { method } = context.request
      if (method === 'GET' || method === 'HEAD') return
      context.body = await readBody(context.request, deps.config.maxBodyBytes)
    })
    .mapResponse({ as: 'scoped' }, function wrapSingleResult({ responseValue }) {
      if (responseValue instanceof Response) return undefined
      const wrapped = inEnvelope(deps.config, responseValue)
      return wrapped === responseValue ? undefined : Response.json(wrapped)
    })
