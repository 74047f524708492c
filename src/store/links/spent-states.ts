import { eq, inArray, lte, min, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { spentStates } from '../schema/internal.ts'
import type { Writer } from '../writer/writer.ts'
import { toWrite, type Write } from '../writer/writes.ts'

export type SpentState = typeof spentStates.$inferSelect

/** The links that were completed: each is stored once. */
export type SpentStates = {
  isSpent(jti: string): Promise<boolean>
  /** Fails the commit if the link was completed before, by another attempt. */
  spend(state: SpentState): Write
  /** Removes at most `limit` states that were spent up to `untilMs`, and returns how many. */
  removeOld(untilMs: number, limit: number): Promise<number>
  /** When the oldest state was spent; null if there is none. */
  oldestClaimMs(): Promise<number | null>
}

export function createSpentStates(database: Database, writer: Writer): SpentStates {
  const byJti = database
    .select({ jti: spentStates.jti })
    .from(spentStates)
    .where(eq(spentStates.jti, sql.placeholder('jti')))
    .prepare()

  return {
    isSpent: async (jti) => (await byJti.get({ jti })) !== undefined,

    spend: (state) => toWrite(database.insert(spentStates).values(state)),

    removeOld: async (untilMs, limit) => {
      const old = database
        .select({ jti: spentStates.jti })
        .from(spentStates)
        .where(lte(spentStates.claimedAtMs, untilMs))
        .limit(limit)
      const [removed] = await writer.commit([
        toWrite(database.delete(spentStates).where(inArray(spentStates.jti, old))),
      ])
      return removed?.rowsAffected ?? 0
    },

    oldestClaimMs: async () => {
      const oldest = min(spentStates.claimedAtMs)
      return (await database.select({ oldest }).from(spentStates).get())?.oldest ?? null
    },
  }
}
