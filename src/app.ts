import { TypeCheck } from '@sinclair/typebox/compiler'
import { Elysia, ValidationError } from 'elysia'
import { callback } from './api/callback/routes.ts'
import { connections } from './api/connections/connections.ts'
import { contexts } from './api/contexts/contexts.ts'
import { endpoints } from './api/endpoints/routes.ts'
import { health } from './api/health/routes.ts'
import { integrations } from './api/integrations/routes.ts'
import { links } from './api/links/routes.ts'
import { subscribers } from './api/subscribers/subscribers.ts'
import type { Deps } from './deps.ts'
import { docs } from './docs/routes.ts'
import { answerError } from './http/answer-error.ts'
import { type ApiDeps, createApiDeps } from './http/api-deps.ts'
import { inEnvelope } from './http/envelope.ts'
import { createFront, type Front } from './http/front.ts'
import { createNoRoute } from './http/no-route.ts'
import { requestId } from './http/request-id.ts'
import { createApi } from './http/resource-api.ts'
import { createRouteNames } from './http/route-names.ts'
import { validationError } from './http/validation.ts'
import { readVersion } from './version.ts'

/** `retire`: readiness fails from now on, and everything is answered still. */
export type App = Front & { retire(): void }

/**
 * The operations of the API, for a typed client: `treaty<LatchApi>(url)` of `@elysiajs/eden` knows
 * the body, the result and the errors of each.
 */
export type LatchApi = ReturnType<typeof createOperations>

/** Everything that needs an API key. Adding a resource is a folder, and a line here. */
const createOperations = (deps: ApiDeps) =>
  createApi(deps).use(connections(deps)).use(contexts(deps)).use(subscribers(deps))

/** The whole service from its parts. Listens to nothing, and starts nothing. */
export function createApp(parts: Deps): App {
  const deps = createApiDeps(parts)
  let retiring = false
  const app = new Elysia({
    // Elysia would "clean" a body before it is checked, and so make some that are wrong right.
    normalize: false,
    // Elysia otherwise takes a host to be longer than two letters, and finds no route behind one.
    handler: { standardHostname: false },
  })
    .onRequest(requestId(deps))
    .onError(async function answerErrors({ error, code, request, set }) {
      if (error instanceof ValidationError && error.validator instanceof TypeCheck) {
        return answerError(deps, validationError(error.validator, error.value), request.url)
      }
      if (code === 'NOT_FOUND') return noRoute(request, set)
      return answerError(deps, error, request.url)
    })
    .use(
      health({
        version: readVersion().version,
        isRetiring: () => retiring,
        proveWritable: () => deps.store.facts.proveWritable(),
        monotonicMs: deps.monotonicMs,
        present: (result) => inEnvelope(deps.config, result),
      }),
    )
    .use(links(deps))
    .use(callback(deps))
    .use(createOperations(deps))
    .use(endpoints(deps))
    .use(integrations(deps))

  app.use(docs(deps, app.routes))
  const noRoute = createNoRoute(deps, app.routes)
  return {
    ...createFront(deps, {
      rateLimits: deps.rateLimits,
      routeNames: deps.config.metricsAddress === null ? null : createRouteNames(app.routes),
      inner: app.fetch,
    }),
    retire: () => {
      retiring = true
    },
  }
}
