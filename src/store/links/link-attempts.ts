import { and, eq, lte, min, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { linkAttempts } from '../schema/internal.ts'
import { expectRow } from '../writer/expectations.ts'
import type { Writer } from '../writer/writer.ts'
import { toWrite, type Write } from '../writer/writes.ts'

export type LinkAttempt = typeof linkAttempts.$inferSelect

/** Names an attempt: the `jti` of the link, and the keyed digest of the code. */
export type AttemptName = Pick<LinkAttempt, 'jti' | 'attemptId'>

export type LinkAttempts = {
  find(name: AttemptName): Promise<LinkAttempt | null>
  /**
   * `claimed` for exactly one caller per attempt, across all processes; only that one may exchange
   * the code. `exhausted`: the link has had as many attempts as it may have.
   */
  claim(attempt: Omit<LinkAttempt, 'outcome'>): Promise<'claimed' | 'taken' | 'exhausted'>
  /** Removes at most `limit` attempts that were claimed up to `untilMs`, and returns how many. */
  removeOld(untilMs: number, limit: number): Promise<number>
  /** When the oldest attempt was claimed; null if there is none. */
  oldestClaimMs(): Promise<number | null>
  /** Fails the commit unless the attempt is claimed and has no outcome yet. */
  expectUnsettled(name: AttemptName): Write
  /** Stores the outcome of a claimed attempt; an outcome already stored is kept. */
  settle(name: AttemptName, outcome: unknown): Write
  /** Replaces the outcome of an attempt, which must be the one that was read. */
  replaceOutcome(read: LinkAttempt, outcome: unknown): readonly Write[]
  /** Withdraws a claim so that the code can be used again, because it was never sent. */
  release(name: AttemptName): Write
}

/** Without a limit, a made-up code after another would be sent to the provider until a link expires. */
export const MAX_ATTEMPTS = 10

export function createLinkAttempts(database: Database, writer: Writer): LinkAttempts {
  // Built once: drizzle takes longer to build these than SQLite takes to run them. Each use passes
  // its parameters in the order in which they appear in the statement.
  const ANY = ''
  const { jti, attemptId, outcome, claimedAtMs } = linkAttempts
  const unsettled = sql`${jti} = ${ANY} and ${attemptId} = ${ANY} and ${outcome} is null`
  const expecting = expectRow(database, linkAttempts, unsettled)
  const settling = toWrite(database.update(linkAttempts).set({ outcome: ANY }).where(unsettled)).sql
  const releasing = toWrite(database.delete(linkAttempts).where(unsettled)).sql
  const byName = database
    .select()
    .from(linkAttempts)
    .where(and(eq(jti, sql.placeholder('jti')), eq(attemptId, sql.placeholder('attemptId'))))
    .prepare()
  const find: LinkAttempts['find'] = async (name) => (await byName.get(name)) ?? null

  return {
    find,

    claim: async (attempt) => {
      const [inserted] = await writer.commit([
        {
          sql: CLAIM,
          args: [
            attempt.jti,
            attempt.attemptId,
            attempt.environmentId,
            attempt.claimedAtMs,
            attempt.jti,
            MAX_ATTEMPTS,
          ],
        },
      ])
      if (inserted?.rowsAffected === 1) return 'claimed'
      return (await find(attempt)) === null ? 'exhausted' : 'taken'
    },

    removeOld: async (untilMs, limit) => {
      const old = database
        .select({ rowid: sql`rowid` })
        .from(linkAttempts)
        .where(lte(claimedAtMs, untilMs))
        .limit(limit)
      const [removed] = await writer.commit([
        toWrite(database.delete(linkAttempts).where(sql`rowid in ${old}`)),
      ])
      return removed?.rowsAffected ?? 0
    },

    oldestClaimMs: async () => {
      const oldest = min(claimedAtMs)
      return (await database.select({ oldest }).from(linkAttempts).get())?.oldest ?? null
    },

    expectUnsettled: (name) => ({ ...expecting, args: [name.jti, name.attemptId] }),
    settle: (name, outcome) => ({
      sql: settling,
      args: [JSON.stringify(outcome), name.jti, name.attemptId],
    }),
    replaceOutcome: (read, outcome) => {
      const isRead = and(
        eq(jti, read.jti),
        eq(attemptId, read.attemptId),
        sql`json(${linkAttempts.outcome}) = json(${JSON.stringify(read.outcome)})`,
      )
      return [
        expectRow(database, linkAttempts, isRead),
        toWrite(database.update(linkAttempts).set({ outcome }).where(isRead)),
      ]
    },
    release: (name) => ({ sql: releasing, args: [name.jti, name.attemptId] }),
  }
}

const CLAIM =
  'insert into "link_attempts" ("jti", "attempt_id", "environment_id", "claimed_at_ms") ' +
  'select ?, ?, ?, ? where (select count(*) from "link_attempts" where "jti" = ?) < ? ' +
  'on conflict do nothing'
