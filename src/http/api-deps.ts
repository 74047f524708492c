import type { Deps } from '../deps.ts'
import { createIdempotency, type Idempotency } from './idempotency.ts'
import { createRateLimits, type RateLimits } from './rate-limits.ts'

/** What the API's routes share with each other: one count of requests, one memory of keys. */
export type ApiDeps = Deps & { rateLimits: RateLimits; idempotency: Idempotency }

export const createApiDeps = (deps: Deps): ApiDeps => ({
  ...deps,
  rateLimits: createRateLimits(deps.config, deps.monotonicMs, deps.metrics),
  idempotency: createIdempotency(deps),
})
