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

/**
 * A token bucket a key, refilled continuously. `monotonicMs` must not be the wall clock, which can
 * be set; if it goes backwards all the same, no time has passed. Of more than `maxKeys` the longest
 * unused is forgotten, which would mostly be full again.
 */
export function createTokenBuckets(
  rate: Rate,
  monotonicMs: () => number,
  maxKeys: number,
): TokenBuckets {
  // Made for the first key: it takes room for all of them at once, 3 MB and 4 ms for 100,000.
  let made: LRUCache<string, Bucket> | null = null

  return {
    take(key) {
      made ??= new LRUCache({ max: maxKeys })
      const buckets = made
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
