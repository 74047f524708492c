import { Elysia } from 'elysia'
import { admit, type RouteRule } from './admit.ts'
import type { ApiDeps } from './api-deps.ts'
import { inEnvelope } from './envelope.ts'

/**
 * What every route of the API passes before its handler, in this order: who calls and whether they
 * may, then the body. A resource gets it by `.use(api(deps, rule))`, and with it `caller`.
 */
export const api = (deps: ApiDeps, rule: RouteRule) =>
  new Elysia({ name: `api/${rule.category}/${rule.access}` })
    // Elysia would read a body before anything else, and a stranger's is not worth reading.
    .guard({ as: 'scoped', parse: ['none'] })
    .derive({ as: 'scoped' }, async function admitCaller(context) {
      const { request, set } = context
      const caller = await admit(deps, { request, set }, rule)
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        context.body = await deps.readBody(request)
      }
      return { caller }
    })
    .mapResponse({ as: 'scoped' }, function wrapSingleResult({ responseValue }) {
      if (responseValue instanceof Response) return undefined
      const wrapped = inEnvelope(deps.config, responseValue)
      return wrapped === responseValue ? undefined : Response.json(wrapped)
    })
