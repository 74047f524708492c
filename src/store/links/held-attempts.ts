import { and, asc, eq, lt, min, sql } from 'drizzle-orm'
import { type Sealing, UnsealError } from '../../secrets/sealing.ts'
import type { Database } from '../database/client.ts'
import { heldAttempts } from '../schema/internal.ts'
import { placesOf } from '../schema/sealed.ts'
import { expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import type { AttemptName } from './link-attempts.ts'

type Row = typeof heldAttempts.$inferSelect

/** An attempt whose result waits for the user's confirmation. */
export type HeldAttempt = Omit<Row, 'answerSealed'> & {
  /**
   * The `state` and the provider's answer, as JSON, which the domain reads. Null if it cannot be
   * opened, because the secret key that it was sealed with is gone.
   */
  answer: string | null
}

export type HeldAttempts = {
  /** Also returns one that has expired but was not removed yet. */
  find(name: AttemptName): Promise<HeldAttempt | null>
  hold(held: HeldAttempt & { answer: string }): Write
  /** Fails the commit unless this attempt is still held. */
  expectHeld(id: string): Write
  remove(name: AttemptName): Write
  /** At most `limit` attempts that expired before `nowMs`, oldest first. */
  expired(nowMs: number, limit: number): Promise<HeldAttempt[]>
  /** When the first one expires; null if there is none. */
  nextExpiryMs(): Promise<number | null>
  /** What is held for a subscriber, oldest first. */
  ofSubscriber(environmentId: string, subscriberId: string): Promise<HeldAttempt[]>
}

const placeOf = placesOf(heldAttempts.answerSealed)

export function createHeldAttempts(database: Database, sealing: Sealing): HeldAttempts {
  const { id, jti, attemptId, expiresAtMs } = heldAttempts
  const open = ({ answerSealed, ...row }: Row): HeldAttempt => ({
    ...row,
    answer: openOrNull(sealing, row.id, answerSealed),
  })
  const byName = database
    .select()
    .from(heldAttempts)
    .where(and(eq(jti, sql.placeholder('jti')), eq(attemptId, sql.placeholder('attemptId'))))
    .prepare()

  return {
    find: async (name) => {
      const row = await byName.get(name)
      return row === undefined ? null : open(row)
    },
    hold: ({ answer, ...row }) =>
      toWrite(
        database
          .insert(heldAttempts)
          .values({ ...row, answerSealed: sealing.seal(answer, placeOf(row.id)) }),
      ),
    expectHeld: (held) => expectRow(database, heldAttempts, eq(id, held)),
    remove: (name) =>
      toWrite(
        database.delete(heldAttempts).where(and(eq(jti, name.jti), eq(attemptId, name.attemptId))),
      ),
    expired: async (nowMs, limit) => {
      const rows = await database
        .select()
        .from(heldAttempts)
        .where(lt(expiresAtMs, nowMs))
        .orderBy(asc(expiresAtMs))
        .limit(limit)
      return rows.map(open)
    },
    nextExpiryMs: async () => {
      const next = min(expiresAtMs)
      return (await database.select({ next }).from(heldAttempts).get())?.next ?? null
    },
    ofSubscriber: async (environmentId, subscriberId) => {
      const rows = await database
        .select()
        .from(heldAttempts)
        .where(
          and(
            eq(heldAttempts.environmentId, environmentId),
            eq(heldAttempts.subscriberId, subscriberId),
          ),
        )
        .orderBy(asc(heldAttempts.createdAtMs), asc(id))
      return rows.map(open)
    },
  }
}

function openOrNull(sealing: Sealing, row: string, sealed: string): string | null {
  try {
    return sealing.open(sealed, placeOf(row))
  } catch (error) {
    if (error instanceof UnsealError) return null
    throw error
  }
}
