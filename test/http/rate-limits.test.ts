import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createTokenBuckets, type Rate } from '../../src/http/rate-limits.ts'

/** As many addresses as latch counts. */
const MOST_KEYS = 100_000
/** Room for many takes 4 ms to make. */
const FEW_KEYS = 10

/** The reference: exact arithmetic in whole microtokens, one bucket, written for reading. */
function model({ perSecond, burst }: Rate) {
  let microtokens = burst * 1_000_000
  let latestMs = 0
  return {
    take(nowMs: number): boolean {
      const elapsedMs = Math.max(0, nowMs - latestMs)
      latestMs = nowMs
      microtokens = Math.min(burst * 1_000_000, microtokens + elapsedMs * perSecond * 1000)
      if (microtokens < 1_000_000) return false
      microtokens -= 1_000_000
      return true
    },
    remaining: () => Math.floor(microtokens / 1_000_000),
  }
}

describe('token buckets', () => {
  test('behave like the model, over thousands of schedules', () => {
    const schedule = fc.record({
      perSecond: fc.constantFrom(1, 2, 4, 5, 10, 20, 100, 1000),
      pausesMs: fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 120 }),
    })
    fc.assert(
      fc.property(schedule, ({ perSecond, pausesMs }) => {
        const rate = { perSecond, burst: Math.floor(perSecond * 1.1) }
        let nowMs = 0
        const buckets = createTokenBuckets(rate, () => nowMs, FEW_KEYS)
        const reference = model(rate)
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs
          const allowed = reference.take(nowMs)
          const decision = buckets.take('key')
          expect(decision.allowed).toBe(allowed)
          expect(decision.remaining).toBe(reference.remaining())
          expect(decision.resetSeconds).toBeGreaterThanOrEqual(1)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('allow no more in any second than the burst and the refill', () => {
    const times = fc.array(fc.nat({ max: 50 }), { minLength: 10, maxLength: 300 })
    fc.assert(
      fc.property(times, (pausesMs) => {
        let nowMs = 0
        const buckets = createTokenBuckets({ perSecond: 10, burst: 11 }, () => nowMs, FEW_KEYS)
        let allowed = 0
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs
          if (buckets.take('key').allowed) allowed += 1
        }
        expect(allowed).toBeLessThanOrEqual(11 + Math.ceil((nowMs / 1000) * 10))
      }),
    )
  })

  test('allow a request after the time that they returned', () => {
    let nowMs = 0
    const buckets = createTokenBuckets({ perSecond: 1, burst: 1 }, () => nowMs, FEW_KEYS)
    expect(buckets.take('key').allowed).toBe(true)
    const refused = buckets.take('key')
    expect(refused).toEqual({ allowed: false, remaining: 0, resetSeconds: 1 })
    nowMs += refused.resetSeconds * 1000
    expect(buckets.take('key').allowed).toBe(true)
  })

  test('neither refill nor block when time goes backwards', () => {
    let nowMs = 1_000_000
    const buckets = createTokenBuckets({ perSecond: 10, burst: 11 }, () => nowMs, FEW_KEYS)
    for (let taken = 0; taken < 11; taken += 1) buckets.take('key')
    nowMs = 0
    expect(buckets.take('key').allowed).toBe(false)
    nowMs += 100
    expect(buckets.take('key').allowed).toBe(true)
    expect(buckets.take('key').allowed).toBe(false)
  })

  test('are kept apart by key', () => {
    const buckets = createTokenBuckets({ perSecond: 1, burst: 1 }, () => 0, FEW_KEYS)
    expect(buckets.take('one').allowed).toBe(true)
    expect(buckets.take('one').allowed).toBe(false)
    expect(buckets.take('two').allowed).toBe(true)
  })

  test('take at most 40 MB for a million keys', () => {
    Bun.gc(true)
    const before = process.memoryUsage().heapUsed
    const buckets = createTokenBuckets({ perSecond: 10, burst: 11 }, () => 0, MOST_KEYS)
    for (let key = 0; key < 1_000_000; key += 1) buckets.take(`2001:db8::${key}`)
    Bun.gc(true)
    const used = process.memoryUsage().heapUsed - before
    expect(used).toBeLessThan(40 * 1024 * 1024)
    // The buckets must still be in use here, or the collector had them.
    expect(buckets.take('2001:db8::999999').remaining).toBe(9)
  })
})
