import { eq, lt, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { spentStates } from '../schema/internal.ts'
import { expectation } from '../writer/expectations.ts'
import type { Writer } from '../writer/writer.ts'
import { toWrite, type Write } from '../writer/writes.ts'

export type SpentState = typeof spentStates.$inferSelect

export type SpentStates = {
  find(jti: string): Promise<SpentState | null>
  /**
   * True for exactly one caller per `jti`, over all processes: that one may go on. Also deletes a few
   * rows older than `forgetBeforeMs`, so that the table stays small by itself.
   */
  claim(state: Omit<SpentState, 'outcome'>, forgetBeforeMs: number): Promise<boolean>
  /** Fails the whole commit unless the state is claimed and has no outcome yet. */
  expectUnsettled(jti: string): Write
  /** Stores the outcome of a claimed state. One that is stored already stays. */
  settle(jti: string, outcome: unknown): Write
  /** Takes a claim back, so that the link can be used again: its code was never sent. */
  release(jti: string): Write
}

/** Small enough to take well under a millisecond, and more than one, so that it catches up. */
const FORGET_AT_ONCE = 20

export function createSpentStates(database: Database, writer: Writer): SpentStates {
  const old = (beforeMs: number) =>
    database
      .select({ jti: spentStates.jti })
      .from(spentStates)
      .where(lt(spentStates.claimedAtMs, beforeMs))
      .limit(FORGET_AT_ONCE)

  const unsettled = (jti: string) =>
    sql`${spentStates.jti} = ${jti} and ${spentStates.outcome} is null`

  return {
    find: async (jti) =>
      (await database.select().from(spentStates).where(eq(spentStates.jti, jti)).get()) ?? null,

    claim: async (state, forgetBeforeMs) => {
      const [inserted] = await writer.commit([
        toWrite(database.insert(spentStates).values(state).onConflictDoNothing()),
        toWrite(
          database.delete(spentStates).where(sql`${spentStates.jti} in ${old(forgetBeforeMs)}`),
        ),
      ])
      return inserted?.rowsAffected === 1
    },

    expectUnsettled: (jti) =>
      expectation(
        database,
        sql`exists ${database.select({ one: sql`1` }).from(spentStates).where(unsettled(jti))}`,
      ),

    settle: (jti, outcome) =>
      toWrite(database.update(spentStates).set({ outcome }).where(unsettled(jti))),

    release: (jti) => toWrite(database.delete(spentStates).where(unsettled(jti))),
  }
}
