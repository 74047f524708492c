import type { Deps } from '../deps.ts'
import { endJobAlone, LEASE_MS } from '../domain/job.ts'
import type { HeldJob } from '../store/jobs/jobs.ts'

/** Few enough that one transaction stays well under 5 ms, so no request waits for it noticeably. */
const BATCH = 200
/** As many go at once as have come meanwhile; a pause spares the commits that the job itself takes. */
const SHORTEST_PAUSE_MS = 10_000
const LONGEST_PAUSE_MS = 5 * 60_000

/** Rows that are not needed any more from some time on. */
export type Sweepable = {
  /** Removes at most `limit` rows that are over, and answers how many. */
  remove(nowMs: number, limit: number): Promise<number>
  /** When the next row is over, or the first has been; null where there is none. */
  nextMs(): Promise<number | null>
}

/** Removes what is over, a small batch at a time, and ends the job until the next row is. */
export async function sweep(
  deps: Deps,
  held: HeldJob,
  isStopping: () => boolean,
  { remove, nextMs }: Sweepable,
): Promise<void> {
  const { clock } = deps
  const untilMs = clock() + LEASE_MS / 2
  let removed: number
  do removed = await remove(clock(), BATCH)
  while (removed === BATCH && clock() < untilMs && !isStopping())
  const nowMs = clock()
  const wantedMs = (await nextMs()) ?? Number.POSITIVE_INFINITY
  const dueAtMs =
    removed === BATCH
      ? nowMs
      : Math.min(Math.max(wantedMs, nowMs + SHORTEST_PAUSE_MS), nowMs + LONGEST_PAUSE_MS)
  await endJobAlone(deps, held, { kind: 'again', dueAtMs, problem: null })
}
