import type { Deps } from '../deps.ts'
import { type ApiKeyIdOf, type Authenticate, createAuthenticate } from './authenticate.ts'
import { type AddressLimit, createAddressLimit } from './client-address.ts'
import { createLogStoreFailure, type LogStoreFailure } from './error-response.ts'
import { createIdempotency, type Idempotency } from './idempotency.ts'
import { createOverload, type Overload } from './overload.ts'
import { createRateLimits, type RateLimits } from './rate-limits.ts'
import { createReadBody, createReadForm, type ReadBody, type ReadForm } from './read-body.ts'

/** State that all routes share: request counters, rate limits and the API key cache. */
export type ApiDeps = Deps & {
  overload: Overload
  rateLimits: RateLimits
  addressLimit: AddressLimit
  idempotency: Idempotency
  readBody: ReadBody
  readForm: ReadForm
  authenticate: Authenticate
  apiKeyIdOf: ApiKeyIdOf
  logStoreFailure: LogStoreFailure
  /** Raises a request's idle timeout to this many seconds; see `Listener`. */
  extendTimeout(request: Request, seconds: number): void
}

export function createApiDeps(
  deps: Deps,
  addressOf: (request: Request) => string,
  extendTimeout: ApiDeps['extendTimeout'],
): ApiDeps {
  const rateLimits = createRateLimits(deps.config, deps.monotonicMs, deps.metrics)
  const overload = createOverload()
  const addressLimit = createAddressLimit(deps, rateLimits, addressOf)
  return {
    ...deps,
    extendTimeout,
    overload,
    rateLimits,
    addressLimit,
    idempotency: createIdempotency(deps),
    ...createAuthenticate(deps, addressLimit),
    logStoreFailure: createLogStoreFailure(deps),
    readForm: createReadForm(overload),
    readBody: createReadBody(deps.config.maxBodyBytes, overload),
  }
}
