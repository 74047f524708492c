import { type Background, repeat } from '../background.ts'
import type { Deps } from '../deps.ts'

/** Few enough that one transaction stays well under 5 ms, so no request waits for it noticeably. */
const BATCH = 200
const PAUSE_MS = 1000

/** Takes expired idempotency records away, a small batch at a time, as fast as they expire. */
export function startSweeping({
  store,
  clock,
  log,
}: Pick<Deps, 'store' | 'clock' | 'log'>): Background {
  return repeat(
    PAUSE_MS,
    async () => {
      const removed = await store.idempotencyRecords.removeExpired(clock(), BATCH)
      return removed < BATCH ? 'done' : 'more'
    },
    (error) => {
      log.warn({ error: error instanceof Error ? error : null }, 'expired records were not removed')
    },
  )
}
