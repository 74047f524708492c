import type { Alarm, Background } from '../background.ts'
import type { Deps } from '../deps.ts'
import { endJobAlone, newLease } from '../domain/job.ts'
import { retryDelayMs } from '../domain/retry-delay.ts'
import { errorText } from '../observe/error-text.ts'
import type { HeldJob } from '../store/jobs/jobs.ts'
import type { JobKind } from './kind.ts'

/** Each waits for a provider most of the time. */
const AT_ONCE = 10
/** Another process may have made a job that is due earlier, and cannot wake this one. */
const LONGEST_SLEEP_MS = 5000
/** Others were quicker: they share the database, and have taken what was due. */
const OTHERS_PAUSE_MS = 100

/**
 * Works on jobs when they are due, several at once, until it is stopped; it then finishes those that
 * it has begun. `alarm` rings where a job was scheduled in this process. To find out that nothing is
 * due takes a read, and writes nothing.
 */
export function startJobs(deps: Deps, kinds: readonly JobKind[], alarm: Alarm): Background {
  const { store, clock, log } = deps
  const byName = new Map(kinds.map((kind) => [kind.kind, kind]))
  const names = [...byName.keys()]
  const underWay = new Set<Promise<void>>()
  let isStopped = false
  let areStandingMade = false

  async function makeStanding(): Promise<void> {
    for (const { kind, isStanding } of kinds) {
      if (!isStanding || (await store.jobs.find({ kind, subject: '' })) !== null) continue
      await store.commit([store.jobs.schedule({ kind, subject: '', dueAtMs: clock() })])
    }
    areStandingMade = true
  }

  function begin(held: HeldJob): void {
    const working = work(deps, byName.get(held.kind), held, () => isStopped).finally(() => {
      underWay.delete(working)
      alarm.ring()
    })
    underWay.add(working)
  }

  /** Begins what is due, and answers how long there is nothing to do. */
  async function look(): Promise<number> {
    if (!areStandingMade) await makeStanding()
    const free = AT_ONCE - underWay.size
    if (free === 0) return LONGEST_SLEEP_MS
    const dueAtMs = await store.jobs.nextDueAtMs(names)
    const untilDueMs = dueAtMs === null ? LONGEST_SLEEP_MS : dueAtMs - clock()
    if (untilDueMs > 0) return Math.min(untilDueMs, LONGEST_SLEEP_MS)
    const taken = await store.jobs.take(names, free, newLease(deps))
    taken.forEach(begin)
    return taken.length === 0 ? OTHERS_PAUSE_MS : 0
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      const sleepMs = await look().catch((error: unknown) => {
        log.warn({ error: error instanceof Error ? error : null }, 'no jobs could be taken')
        return LONGEST_SLEEP_MS
      })
      if (sleepMs > 0 && !isStopped) await alarm.sleep(sleepMs)
    }
    await Promise.all(underWay)
  }

  const running = run()
  return {
    stop: () => {
      isStopped = true
      alarm.ring()
      return running
    },
  }
}

/** Never throws: what a job throws is logged, and the job is tried again later. */
async function work(
  deps: Deps,
  kind: JobKind | undefined,
  held: HeldJob,
  isStopping: () => boolean,
): Promise<void> {
  try {
    await kind?.run(deps, held, isStopping)
  } catch (error) {
    const cause = error instanceof Error ? error : null
    deps.log.warn({ error: cause, job: held.kind, subject: held.subject }, 'a job failed')
    const dueAtMs = deps.clock() + retryDelayMs(held.attempts - 1)
    // Not as the error tells it itself: a failed query's message has what it was to write in it.
    const problem = errorText(error).message
    // Where not even that can be written, the job is due again when its lease is over.
    await endJobAlone(deps, held, { kind: 'again', dueAtMs, problem }).catch(() => {})
  }
}
