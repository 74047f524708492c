import { createAlarm } from '../../background.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { ApiError } from '../../http/api-error.ts'

type WaitDeps = Pick<ApiDeps, 'store' | 'overload' | 'monotonicMs' | 'sleep' | 'extendTimeout'>

/** Calls `read` until it returns rows, or the wait is over. */
export type LongPoll = <Row>(
  wait: { request: Request; environmentId: string; seconds: number },
  read: () => Promise<Row[]>,
) => Promise<Row[]>

/** Enough for every worker of a backend, while one faulty client cannot use up all places. */
const MAX_WAITING_PER_ENVIRONMENT = 20
const MAX_WAITING = 200

/** Events of other processes on the same database are found only by polling. */
const POLL_EVERY_MS = 500
/** Events often come in groups; after this pause, one read finds all of them. */
const BATCH_MS = 20

const tooManyWaiting = new ApiError(
  429,
  'too_many_waiting',
  'Too many requests are waiting for events',
  { headers: { 'retry-after': '1' } },
)

/**
 * Lets requests wait for events until there are some, the time is over, the client disconnects, or
 * latch stops. Waiting requests do not count as in progress. How many can wait is limited; further
 * ones get 429.
 */
export function createLongPoll(deps: WaitDeps): LongPoll {
  const { store, overload, monotonicMs, sleep } = deps
  const waiting = new Map<string, number>()
  let total = 0

  const count = (environmentId: string, change: 1 | -1): void => {
    const now = (waiting.get(environmentId) ?? 0) + change
    total += change
    if (now === 0) waiting.delete(environmentId)
    else waiting.set(environmentId, now)
  }

  return async ({ request, environmentId, seconds }, read) => {
    const isFull = (waiting.get(environmentId) ?? 0) >= MAX_WAITING_PER_ENVIRONMENT
    if (isFull || total >= MAX_WAITING) throw tooManyWaiting
    const alarm = createAlarm()
    // Subscribe before the first read, so that no event is missed between the two.
    const ends = [store.events.listen(alarm.ring), overload.onDrain(alarm.ring)]
    request.signal.addEventListener('abort', alarm.ring)
    count(environmentId, 1)
    deps.extendTimeout(request, seconds + 5)
    const untilMs = monotonicMs() + seconds * 1000
    try {
      for (;;) {
        const found = await read()
        const leftMs = untilMs - monotonicMs()
        const isOver = leftMs <= 0 || request.signal.aborted || overload.isDraining()
        if (found.length > 0 || isOver) return found
        const pauseMs = store.events.isShared ? Math.min(leftMs, POLL_EVERY_MS) : leftMs
        await overload.whileUncounted(
          request,
          alarm.sleep(pauseMs).then(() => sleep(BATCH_MS)),
        )
      }
    } finally {
      count(environmentId, -1)
      for (const end of ends) end()
      request.signal.removeEventListener('abort', alarm.ring)
    }
  }
}
