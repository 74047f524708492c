import { LRUCache } from 'lru-cache'

export type Rate = {
  perSecond: number
  /** How many may come at once after a pause. */
  burst: number
}

export type RateDecision = {
  allowed: boolean
  /** Whole tokens that are left. */
  remaining: number
  /** Whole seconds, at least 1, until what was taken has been refilled, or a retry can succeed. */
  resetSeconds: number
}

export type TokenBuckets = { take(key: string): RateDecision }

/** At about 150 bytes a key, 15 MB at most. A bucket that is forgotten would mostly be full again. */
const MOST_KEYS = 100_000

/**
 * A token bucket a key, refilled continuously. `monotonicMs` must not be the wall clock, which can
 * be set; if it goes backwards all the same, no time has passed.
 */
export function createTokenBuckets(rate: Rate, monotonicMs: () => number): TokenBuckets {
  const buckets = new LRUCache<string, { tokens: number; filledAtMs: number }>({ max: MOST_KEYS })
  const tokensPerMs = rate.perSecond / 1000

  return {
    take(key) {
      const nowMs = monotonicMs()
      let bucket = buckets.get(key)
      if (bucket === undefined) {
        bucket = { tokens: rate.burst, filledAtMs: nowMs }
        buckets.set(key, bucket)
      }
      const elapsedMs = Math.max(0, nowMs - bucket.filledAtMs)
      bucket.tokens = Math.min(rate.burst, bucket.tokens + elapsedMs * tokensPerMs)
      bucket.filledAtMs = nowMs
      const allowed = bucket.tokens >= 1
      if (allowed) bucket.tokens -= 1
      const waitMs = (allowed ? 1 : 1 - bucket.tokens) / tokensPerMs
      return {
        allowed,
        remaining: Math.floor(bucket.tokens),
        resetSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
      }
    },
  }
}
