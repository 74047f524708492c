import type { Alarm, Background } from '../background.ts'
import type { Deps } from '../deps.ts'
import { endJobAlone, newLease } from '../domain/job.ts'
import { retryDelayMs } from '../domain/retry-delay.ts'
import { errorText } from '../observe/error-text.ts'
import type { HeldJob } from '../store/jobs/jobs.ts'
import type { JobKind } from './kind.ts'

/** Jobs run at the same time: each waits for a provider most of the time. */
const MAX_CONCURRENT_JOBS = 10
/** Another process may schedule an earlier job and cannot wake this one. */
const MAX_SLEEP_MS = 5000
/** Pause after other processes that share the database took all jobs that were due. */
const CONTENDED_PAUSE_MS = 100

/**
 * Runs jobs when they are due, several at once, until it is stopped; jobs already started are then
 * finished. `alarm` rings when a job is scheduled in this process. Finding out that nothing is due
 * takes one read and no write.
 */
export function startJobs(deps: Deps, kinds: readonly JobKind[], alarm: Alarm): Background {
  const { store, clock, log } = deps
  const byName = new Map(kinds.map((kind) => [kind.kind, kind]))
  const names = [...byName.keys()]
  const underWay = new Set<Promise<void>>()
  let isStopped = false
  let areRecurringScheduled = false

  async function scheduleRecurring(): Promise<void> {
    for (const { kind, isRecurring } of kinds) {
      if (!isRecurring || (await store.jobs.find({ kind, subject: '' })) !== null) continue
      await store.commit([store.jobs.schedule({ kind, subject: '', dueAtMs: clock() })])
    }
    areRecurringScheduled = true
  }

  function begin(held: HeldJob): void {
    const working = work(deps, byName.get(held.kind), held, () => isStopped).finally(() => {
      underWay.delete(working)
      alarm.ring()
    })
    underWay.add(working)
  }

  /** Starts the jobs that are due. Returns how many milliseconds to sleep. */
  async function startDueJobs(): Promise<number> {
    if (!areRecurringScheduled) await scheduleRecurring()
    const free = MAX_CONCURRENT_JOBS - underWay.size
    if (free === 0) return MAX_SLEEP_MS
    const dueAtMs = await store.jobs.nextDueAtMs(names)
    const untilDueMs = dueAtMs === null ? MAX_SLEEP_MS : dueAtMs - clock()
    if (untilDueMs > 0) return Math.min(untilDueMs, MAX_SLEEP_MS)
    const taken = await store.jobs.take(names, free, newLease(deps))
    taken.forEach(begin)
    return taken.length === 0 ? CONTENDED_PAUSE_MS : 0
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      const sleepMs = await startDueJobs().catch((error: unknown) => {
        log.warn(
          { error: error instanceof Error ? error : null },
          'jobs could not be read from the database',
        )
        return MAX_SLEEP_MS
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

/** Never throws: an error from a job is logged, and the job is retried later. */
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
    // Not the error's own message: that of a failed query contains the values to be written.
    const problem = errorText(error).message
    // If even this write fails, the job is due again when its lease expires.
    await endJobAlone(deps, held, { kind: 'again', dueAtMs, problem }).catch(() => {})
  }
}
