import { Elysia } from 'elysia'
import type { ApiDeps } from './api-deps.ts'
import { ApiError } from './api-error.ts'
import type { Caller } from './authenticate.ts'
import { type Declaration, declarationOf } from './declares.ts'
import { inEnvelope } from './envelope.ts'

/** What the operations of the API are added to: see `createApi`. */
export type Api = ReturnType<typeof createApi>

/**
 * What every operation that needs an API key passes before its handler, in this order: who calls,
 * within which limit, whether they may, and then the body. What an operation needs is found in its
 * declaration.
 */
export function createApi(deps: ApiDeps) {
  const declarations = createDeclarationLookup(() => api.routes)
  const api = new Elysia({ name: 'api' })
    // Elysia would read a body before anything else, and a stranger's is not worth reading.
    .guard({ parse: ['none'] })
    .derive(async function admitCaller(context): Promise<{ caller: Caller }> {
      const { request, set, route } = context
      const declaration = declarations(request.method, route)
      const caller = await deps.authenticate(request.headers)
      deps.rateLimits.charge(caller.environmentId, declaration.limit ?? 'global', set.headers)
      refuseOtherUse(caller, declaration)
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        context.body = await deps.readBody(request)
      }
      return { caller }
    })
    .mapResponse(function wrapSingleResult({ responseValue }) {
      if (responseValue instanceof Response) return undefined
      const wrapped = inEnvelope(deps.config, responseValue)
      return wrapped === responseValue ? undefined : Response.json(wrapped)
    })
  return api
}

/** The declaration of a route; made at the first request, when all routes are there. */
function createDeclarationLookup(
  routes: () => readonly { method: string; path: string; hooks: { detail?: unknown } }[],
): (method: string, route: string) => Declaration {
  let byRoute: Map<string, Declaration> | null = null
  const read = (): Map<string, Declaration> => {
    const entries = routes().flatMap(({ method, path, hooks }) => {
      const declaration = declarationOf(hooks.detail)
      return declaration === null ? [] : [[`${method} ${path}`, declaration] as const]
    })
    return new Map(entries)
  }
  return (method, route) => {
    byRoute ??= read()
    const found = byRoute.get(`${method === 'HEAD' ? 'GET' : method} ${route}`)
    // A route of the API that declares nothing is a fault of ours, and lets nobody in.
    if (found === undefined) throw new Error(`${method} ${route} declares nothing`)
    return found
  }
}

function refuseOtherUse({ permission }: Caller, { access }: Declaration): void {
  if (permission === 'all') return
  if (permission === 'read' && access === 'read') return
  if (permission === 'links' && access === 'link') return
  const allowed = permission === 'read' ? 'read' : 'make links'
  throw new ApiError(403, 'api_key_restricted', `This API key may only ${allowed}`)
}
