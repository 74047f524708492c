import { eq, inArray, lte, min, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { spentStates } from '../schema/internal.ts'
import { expectRow } from '../writer/expectations.ts'
import type { Writer } from '../writer/writer.ts'
import { toWrite, type Write } from '../writer/writes.ts'

export type SpentState = typeof spentStates.$inferSelect

export type SpentStates = {
  find(jti: string): Promise<SpentState | null>
  /**
   * Returns true for exactly one caller per `jti`, across all processes; only that one may
   * continue.
   */
  claim(state: Omit<SpentState, 'outcome'>): Promise<boolean>
  /** Removes at most `limit` states that were claimed up to `untilMs`, and returns how many. */
  removeOld(untilMs: number, limit: number): Promise<number>
  /** When the oldest state was claimed; null if there is none. */
  oldestClaimMs(): Promise<number | null>
  /** Fails the commit unless the state is claimed and has no outcome yet. */
  expectUnsettled(jti: string): Write
  /** Stores the outcome of a claimed state; an outcome already stored is kept. */
  settle(jti: string, outcome: unknown): Write
  /** Withdraws a claim so that the link can be used again, because its code was never sent. */
  release(jti: string): Write
}

export function createSpentStates(database: Database, writer: Writer): SpentStates {
  // Built once: drizzle takes longer to build these than SQLite takes to run them. Each use passes
  // its parameters in the order in which they appear in the statement.
  const ANY = ''
  const unsettled = sql`${spentStates.jti} = ${ANY} and ${spentStates.outcome} is null`
  const expecting = expectRow(database, spentStates, unsettled)
  const settling = toWrite(database.update(spentStates).set({ outcome: ANY }).where(unsettled)).sql
  const releasing = toWrite(database.delete(spentStates).where(unsettled)).sql
  const byJti = database
    .select()
    .from(spentStates)
    .where(eq(spentStates.jti, sql.placeholder('jti')))
    .prepare()

  return {
    find: async (jti) => (await byJti.get({ jti })) ?? null,

    claim: async (state) => {
      const [inserted] = await writer.commit([
        toWrite(database.insert(spentStates).values(state).onConflictDoNothing()),
      ])
      return inserted?.rowsAffected === 1
    },

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

    expectUnsettled: (jti) => ({ ...expecting, args: [jti] }),
    settle: (jti, outcome) => ({ sql: settling, args: [JSON.stringify(outcome), jti] }),
    release: (jti) => ({ sql: releasing, args: [jti] }),
  }
}
