import type { Deps } from '../deps.ts'
import { endJobAlone, LEASE_MS } from '../domain/job.ts'
import type { HeldJob } from '../store/jobs/jobs.ts'

/** Small enough that one transaction stays well under 5 ms and delays no request noticeably. */
const BATCH = 200
/**
 * A pause between runs saves commits by the job itself: rows that expire meanwhile are removed
 * together.
 */
const MIN_PAUSE_MS = 10_000
const MAX_PAUSE_MS = 5 * 60_000

/** Rows that expire. */
export type Sweepable = {
  /** Removes at most `limit` expired rows and returns how many it removed. */
  remove(nowMs: number, limit: number): Promise<number>
  /** When the next row expires or the earliest one expired; null if there are no rows. */
  nextMs(): Promise<number | null>
}

/** Removes expired rows in small batches, and schedules the job for when the next row expires. */
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
      : Math.min(Math.max(wantedMs, nowMs + MIN_PAUSE_MS), nowMs + MAX_PAUSE_MS)
  await endJobAlone(deps, held, { kind: 'again', dueAtMs, problem: null })
}
