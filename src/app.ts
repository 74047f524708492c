import { connections } from './api/connections/connections.ts'
import { contexts } from './api/contexts/contexts.ts'
import { endpoints } from './api/endpoints/endpoints.ts'
import { events } from './api/events/events.ts'
import { health } from './api/health/health.ts'
import { identities } from './api/identities/identities.ts'
import { publishKeys } from './api/identities/jwks.ts'
import { integrations } from './api/integrations/integrations.ts'
import { callback } from './api/links/callback.ts'
import { links } from './api/links/links.ts'
import { subscribers } from './api/subscribers/subscribers.ts'
import type { Deps } from './deps.ts'
import { docs } from './docs/routes.ts'
import { type ApiDeps, createApiDeps } from './http/api-deps.ts'
import { inEnvelope } from './http/change.ts'
import {
  createApi,
  createPipeline,
  createPublic,
  createRouter,
  type Pipeline,
} from './http/pipeline.ts'
import type { Route } from './http/routes.ts'
import { readVersion } from './version.ts'

/** The service. `beginShutdown` makes the readiness check fail; requests are still served. */
export type LatchApp = Pipeline & {
  beginShutdown(): void
  /** All routes, with their declarations; see `declaredRoutes`. */
  routes: readonly Route[]
}

/**
 * The API operations, for typed clients: `treaty<LatchApi>(url)` of `@elysiajs/eden` knows the body,
 * the result and the errors of each.
 */
export type LatchApi = ReturnType<typeof createOperations>

/** All operations that need an API key. To add a resource, add a folder and a line here. */
const createOperations = (deps: ApiDeps) =>
  createApi(deps)
    .use(links(deps))
    .use(integrations(deps))
    .use(connections(deps))
    .use(endpoints(deps))
    .use(subscribers(deps))
    .use(contexts(deps))
    .use(events(deps))
    .use(identities(deps))

/**
 * Assembles the service. Does not listen, and starts nothing. `addressOf` returns the peer address of
 * a request; `extendTimeout` raises its idle timeout.
 */
export function createApp(
  parts: Deps,
  addressOf: (request: Request) => string,
  extendTimeout: ApiDeps['extendTimeout'] = () => {},
): LatchApp {
  const deps = createApiDeps(parts, addressOf, extendTimeout)
  let shuttingDown = false
  const router = createRouter(deps)
    .use(
      health({
        version: readVersion().version,
        isShuttingDown: () => shuttingDown,
        proveWritable: () => deps.store.metadata.proveWritable(),
        monotonicMs: deps.monotonicMs,
        present: (result) => inEnvelope(deps.config, result),
      }),
    )
    .use(createPublic(deps).use(callback(deps)).use(publishKeys(deps)))
    .use(createOperations(deps))
  router.use(createPublic(deps).use(docs(deps, router.routes)))
  return {
    ...createPipeline(deps, router),
    routes: router.routes,
    beginShutdown: () => {
      shuttingDown = true
    },
  }
}
