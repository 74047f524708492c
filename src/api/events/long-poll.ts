import { createAlarm } from '../../background.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { ApiError } from '../../http/api-error.ts'

type WaitDeps = Pick<ApiDeps, 'store' | 'overload' | 'monotonicMs' | 'sleep' | 'extendTimeout'>

/** Reads something again and again until it is there. */
export type LongPoll = <Row>(
  wait: { request: Request; environmentId: string; seconds: number },
  read: () => Promise<Row[]>,
) => Promise<Row[]>

/** Enough for every worker of a backend; a client that forgets its requests must not hold all. */
const MAX_WAITING_PER_ENVIRONMENT = 20
const MAX_WAITING = 200

/** Of other processes on the same database nobody is told, so one looks. */
const POLL_EVERY_MS = 500
/** Events often come in groups: one look then finds all of them. */
const BATCH_MS = 20

const tooManyWaiting = new ApiError(
  429,
  'too_many_waiting',
  'Too many requests are waiting for events',
  { headers: { 'retry-after': '1' } },
)

/**
 * Lets requests wait for events, for the time that they ask for: until there are some, the client goes
 * away, or latch stops. None of them holds a place among the requests that are worked on; how many may
 * wait is bounded, and one more is refused with 429.
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
    // Before the first look: what is written after it rings.
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
        await overload.whileUncounted(alarm.sleep(pauseMs).then(() => sleep(BATCH_MS)))
      }
    } finally {
      count(environmentId, -1)
      for (const end of ends) end()
      request.signal.removeEventListener('abort', alarm.ring)
    }
  }
}
