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

/** In thousandths, because so many are refilled in a millisecond: whole numbers, exact sums. */
type Bucket = { millitokens: number; filledAtMs: number }
const TOKEN = 1000

/** At about 150 bytes a key, 15 MB at most. A bucket that is forgotten would mostly be full again. */
const MOST_KEYS = 100_000

/**
 * A token bucket a key, refilled continuously. `monotonicMs` must not be the wall clock, which can
 * be set; if it goes backwards all the same, no time has passed.
 */
export function createTokenBuckets(rate: Rate, monotonicMs: () => number): TokenBuckets {
  const buckets = new LRUCache<string, Bucket>({ max: MOST_KEYS })

  return {
    take(key) {
      const nowMs = monotonicMs()
      let bucket = buckets.get(key)
      if (bucket === undefined) {
        bucket = { millitokens: rate.burst * TOKEN, filledAtMs: nowMs }
        buckets.set(key, bucket)
      }
      const elapsedMs = Math.max(0, nowMs - bucket.filledAtMs)
      const refilled = bucket.millitokens + elapsedMs * rate.perSecond
      bucket.millitokens = Math.min(rate.burst * TOKEN, refilled)
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
