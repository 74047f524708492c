import type { Deps } from '../deps.ts'
import { type Authenticate, createAuthenticate } from './authenticate.ts'
import { createIdempotency, type Idempotency } from './idempotency.ts'
import { createRateLimits, type RateLimits } from './rate-limits.ts'
import { createReadBody, type ReadBody } from './read-body.ts'
import { createStoreTrouble, type StoreTrouble } from './store-trouble.ts'

/** What the API's routes share with each other: one count of requests, one memory of keys. */
export type ApiDeps = Deps & {
  rateLimits: RateLimits
  idempotency: Idempotency
  readBody: ReadBody
  authenticate: Authenticate
  storeTrouble: StoreTrouble
}

export const createApiDeps = (deps: Deps): ApiDeps => ({
  ...deps,
  rateLimits: createRateLimits(deps.config, deps.monotonicMs, deps.metrics),
  idempotency: createIdempotency(deps),
  authenticate: createAuthenticate(deps),
  storeTrouble: createStoreTrouble(deps),
  readBody: createReadBody(deps.config.maxBodyBytes),
})
