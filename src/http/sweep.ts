import type { Deps } from '../deps.ts'

/** Few enough that one transaction stays well under 5 ms, so no request waits for it noticeably. */
const BATCH = 200
const PAUSE_MS = 1000

/**
 * Takes expired idempotency records away, a small batch at a time, until it is stopped. While there
 * is more to take it goes on after a turn of the event loop, so that it keeps up with any load.
 */
export function startSweeping(deps: Pick<Deps, 'store' | 'clock' | 'log'>): {
  stop(): Promise<void>
} {
  let stopped = false
  let wake = (): void => {}

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, PAUSE_MS)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  async function sweep(): Promise<void> {
    while (!stopped) {
      const removed = await sweepOnce(deps)
      if (removed < BATCH) await pause()
    }
  }

  const swept = sweep()
  return {
    stop: () => {
      stopped = true
      wake()
      return swept
    },
  }
}

/** One batch; how many records it took. A failure is told, and tried again after the pause. */
async function sweepOnce({
  store,
  clock,
  log,
}: Pick<Deps, 'store' | 'clock' | 'log'>): Promise<number> {
  try {
    return await store.idempotencyRecords.removeExpired(clock(), BATCH)
  } catch (error) {
    log.warn({ error: error instanceof Error ? error : null }, 'expired records were not removed')
    return 0
  }
}
