import { asc, desc, eq, gt, lt, lte, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { eventCheckpoints, events } from '../schema/events.ts'
import { expectation } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import { digestOfBeginning, digestOfCheckpoint, type Sign } from './chain.ts'

/** A checkpoint ready to be written, and the number of events that it covers. */
export type NextCheckpoint = { covers: number; expects: readonly Write[]; writes: readonly Write[] }

/** A span of events between two checkpoints that can be removed. */
export type OldSpan = { writes: readonly Write[] }

export type EventCheckpoints = {
  /**
   * The next checkpoint, over some of the indexed events since the last one; null if there are none. Its
   * expectation fails if another was written meanwhile: all processes share one chain.
   */
  next(nowMs: number): Promise<NextCheckpoint | null>
  /**
   * Removes the oldest events up to a checkpoint from before `beforeMs`; null if there is nothing
   * to remove. The checkpoint stays as the beginning of the chain.
   */
  oldest(beforeMs: number): Promise<OldSpan | null>
}

/** Few enough to be written or removed in one transaction of well under 5 ms. */
const MAX_COVERED = 200

/** How far apart the clocks of processes that share a database may be. */
const CLOCK_TOLERANCE_MS = 60_000

export function createEventCheckpoints(database: Database, sign: Sign): EventCheckpoints {
  const checkpoints = (order: 'oldest' | 'newest', limit: number) =>
    database
      .select()
      .from(eventCheckpoints)
      .orderBy((order === 'oldest' ? asc : desc)(eventCheckpoints.eventId))
      .limit(limit)

  return {
    async next(nowMs) {
      const [before = null] = await checkpoints('newest', 1)
      const beforeId = before?.eventId ?? 0
      const rows = await database
        .select({ id: events.id, digest: events.digest, atMs: events.atMs })
        .from(events)
        .where(gt(events.id, beforeId))
        .orderBy(asc(events.id))
        .limit(MAX_COVERED)
      const last = rows.at(-1)
      if (last === undefined) return null
      // Checkpoints are searched by time, so never earlier than the previous one or an event, even
      // if the clock went back or another process has a fast clock. But one event from the far
      // future must not keep retention from removing anything.
      const latestMs = Math.max(...rows.map(({ atMs }) => atMs))
      const atMs = Math.max(
        nowMs,
        before?.atMs ?? 0,
        Math.min(latestMs, nowMs + CLOCK_TOLERANCE_MS),
      )
      const at = { eventId: last.id, atMs }
      const digest = digestOfCheckpoint(sign, { before, rows }, at)
      const later = database
        .select({ one: sql`1` })
        .from(eventCheckpoints)
        .where(gt(eventCheckpoints.eventId, beforeId))
      return {
        covers: rows.length,
        expects: [expectation(database, sql`not exists ${later}`, [eventCheckpoints])],
        writes: [toWrite(database.insert(eventCheckpoints).values({ ...at, digest }))],
      }
    },

    async oldest(beforeMs) {
      const [first, second] = await checkpoints('oldest', 2)
      const end = first?.beginning === null ? first : second
      if (end === undefined || end.atMs >= beforeMs) return null
      const { eventId } = end
      const beginning = digestOfBeginning(sign, end)
      const mark = database
        .update(eventCheckpoints)
        .set({ beginning })
        .where(eq(eventCheckpoints.eventId, eventId))
      return {
        writes: [
          toWrite(mark),
          toWrite(database.delete(events).where(lte(events.id, eventId))),
          toWrite(database.delete(eventCheckpoints).where(lt(eventCheckpoints.eventId, eventId))),
        ],
      }
    },
  }
}
