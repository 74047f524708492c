import { LRUCache } from 'lru-cache'
import type { Config } from '../config.ts'
import type { Metrics } from '../observe/metrics.ts'
import { ApiError } from './api-error.ts'

/** Novu's categories of routes, each with its own limit. */
export type RateCategory = 'global' | 'configuration'

type AnswerHeaders = Record<string, string | number>

export type RateLimits = {
  /**
   * Counts one request of an environment and adds the four headers of
   * draft-ietf-httpapi-ratelimit-headers-06, as Novu does. Throws 429 if the limit is exceeded.
   */
  charge(environmentId: string, category: RateCategory, headers: AnswerHeaders): void
  /**
   * Counts one request without a valid key. Throws 429 if the limit is exceeded. It equals the
   * `global` limit, but applies to each address.
   */
  chargeAddress(address: string): void
  /** Whether one more request of the address would exceed that limit. */
  isAddressExhausted(address: string): boolean
}

const BURST_ALLOWANCE = 0.1

const MAX_ENVIRONMENTS = 10_000
/** At about 150 bytes each, this is 15 MB at most. */
const MAX_ADDRESSES = 100_000

export function createRateLimits(
  config: Pick<Config, 'rateLimits'>,
  monotonicMs: () => number,
  metrics: Pick<Metrics, 'rateLimited'>,
): RateLimits {
  const limiters = {
    global: createLimiter('global', config.rateLimits.global, monotonicMs),
    configuration: createLimiter('configuration', config.rateLimits.configuration, monotonicMs),
  }
  const addresses = createLimiter('global', config.rateLimits.global, monotonicMs, MAX_ADDRESSES)

  return {
    charge(environmentId, category, headers) {
      const limiter = limiters[category]
      if (limiter === null) return
      const { allowed, remaining, resetSeconds } = limiter.buckets.take(environmentId)
      headers['ratelimit-limit'] = limiter.limit
      headers['ratelimit-remaining'] = String(remaining)
      headers['ratelimit-reset'] = String(resetSeconds)
      headers['ratelimit-policy'] = limiter.policy
      if (allowed) return
      metrics.rateLimited(category)
      throw tooMany(resetSeconds)
    },
    chargeAddress(address) {
      const decision = addresses?.buckets.take(address)
      if (decision === undefined || decision.allowed) return
      metrics.rateLimited('address')
      throw tooMany(decision.resetSeconds)
    },
    isAddressExhausted: (address) => addresses?.buckets.isEmpty(address) ?? false,
  }
}

type Limiter = { buckets: TokenBuckets; limit: string; policy: string }

/** Returns null if the operator has turned the limit off. */
function createLimiter(
  category: RateCategory,
  perSecond: number,
  monotonicMs: () => number,
  maxKeys: number = MAX_ENVIRONMENTS,
): Limiter | null {
  if (perSecond === 0) return null
  const rate: Rate = { perSecond, burst: Math.floor(perSecond * (1 + BURST_ALLOWANCE)) }
  return {
    buckets: createTokenBuckets(rate, monotonicMs, maxKeys),
    limit: String(perSecond),
    policy: `${perSecond};w=1;burst=${rate.burst};comment="token bucket";category="${category}";cost="single"`,
  }
}

const tooMany = (retryAfterSeconds: number): ApiError =>
  new ApiError(429, 'rate_limited', 'API rate limit exceeded', {
    headers: { 'retry-after': String(retryAfterSeconds) },
  })

export type Rate = {
  perSecond: number
  /** The bucket's capacity: how many requests are allowed at once after a pause. */
  burst: number
}

export type RateDecision = {
  allowed: boolean
  /** Whole tokens left. */
  remaining: number
  /** Whole seconds, at least 1, until the token taken is refilled, or until a retry can succeed. */
  resetSeconds: number
}

export type TokenBuckets = {
  take(key: string): RateDecision
  /** Whether `take` would not be allowed now. */
  isEmpty(key: string): boolean
}

/** In thousandths of a token, so that a millisecond refills a whole number and sums are exact. */
type Bucket = { millitokens: number; filledAtMs: number }
const TOKEN = 1000

/**
 * A token bucket for each key, refilled continuously. `monotonicMs` must not be the wall clock,
 * which can be set; if it goes backwards all the same, no time has passed. With more than `maxKeys`,
 * the least recently used bucket is dropped: it is most likely full again.
 */
export function createTokenBuckets(
  rate: Rate,
  monotonicMs: () => number,
  maxKeys: number,
): TokenBuckets {
  // Created on first use: the cache allocates room for all keys at once, 3 MB and 4 ms for 100,000.
  let made: LRUCache<string, Bucket> | null = null

  const filledUntil = (bucket: Bucket, nowMs: number): number => {
    const elapsedMs = Math.max(0, nowMs - bucket.filledAtMs)
    return Math.min(rate.burst * TOKEN, bucket.millitokens + elapsedMs * rate.perSecond)
  }

  return {
    isEmpty(key) {
      const bucket = made?.get(key)
      return bucket !== undefined && filledUntil(bucket, monotonicMs()) < TOKEN
    },
    take(key) {
      made ??= new LRUCache({ max: maxKeys })
      const buckets = made
      const nowMs = monotonicMs()
      let bucket = buckets.get(key)
      if (bucket === undefined) {
        bucket = { millitokens: rate.burst * TOKEN, filledAtMs: nowMs }
        buckets.set(key, bucket)
      }
      bucket.millitokens = filledUntil(bucket, nowMs)
      bucket.filledAtMs = nowMs
      const allowed = bucket.millitokens >= TOKEN
      if (allowed) bucket.millitokens -= TOKEN
      const missing = allowed ? TOKEN : TOKEN - bucket.millitokens
      return {
        allowed,
        remaining: Math.floor(bucket.millitokens / TOKEN),
        resetSeconds: Math.max(1, Math.ceil(missing / rate.perSecond / 1000)),
      }
    },
  }
}
