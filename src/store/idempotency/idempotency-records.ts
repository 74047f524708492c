import { and, eq, getTableName, inArray, lte, min, sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Sealing } from '../../secrets/sealing.ts'
import type { Database } from '../database/client.ts'
import { idempotencyRecords } from '../schema/internal.ts'
import { placesOf } from '../schema/sealed.ts'
import type { Writer } from '../writer/writer.ts'
import { rowInserter, toWrite, type Write } from '../writer/writes.ts'
import { createRecordKeys } from './record-keys.ts'

/** The first response to a request, as it was sent. */
export type IdempotencyRecord = {
  scope: string
  fingerprint: string
  status: number
  body: string
  /** Headers specific to this response, besides those that every response has; null for none. */
  headers: Readonly<Record<string, string>> | null
  expiresAtMs: number
}

export type IdempotencyRecords = {
  /** Returns the record if it is in memory; null does not mean that there is none. */
  recall(scope: string): IdempotencyRecord | null
  /** Keeps a committed record in memory; it never changes, so it cannot become stale. */
  keep(record: IdempotencyRecord): void
  find(scope: string): Promise<IdempotencyRecord | null>
  /**
   * Loads the key that seals records which expire then; null if it is in memory already. Call it
   * before `insert`.
   */
  prepare(expiresAtMs: number): Promise<void> | null
  /** Fails the commit if the scope has a record: two processes cannot both be first. */
  insert(record: IdempotencyRecord): Write
  /** Removes the record of a scope if it has expired; a live one stays, whoever inserted it. */
  removeIfExpired(scope: string, nowMs: number): Write
  /**
   * Removes at most `limit` expired records, and the keys of days that are over; returns how many
   * records it removed.
   */
  removeExpired(nowMs: number, limit: number): Promise<number>
  /** When the next record expires or the earliest one expired; null if there are none. */
  nextExpiryMs(): Promise<number | null>
}

/**
 * Most repeated requests were first made a moment ago. Measured with links: 4 KB of memory each.
 */
const MAX_IN_MEMORY = 2000

const placeOf = placesOf(idempotencyRecords.bodySealed)

/** The one write that nearly every request makes. */
const { scope, fingerprint, status, bodySealed, headers, expiresAtMs } = idempotencyRecords
const inserter = rowInserter(
  getTableName(idempotencyRecords),
  [scope, fingerprint, status, bodySealed, headers, expiresAtMs].map(({ name }) => name),
)

/** Bodies are sealed: a response may contain a link that is still valid, or a token. */
export function createIdempotencyRecords(
  database: Database,
  writer: Writer,
  sealing: Sealing,
): IdempotencyRecords {
  const byScope = database
    .select()
    .from(idempotencyRecords)
    .where(eq(idempotencyRecords.scope, sql.placeholder('scope')))
    .prepare()
  const keys = createRecordKeys(database, writer, sealing)
  const recent = new LRUCache<string, IdempotencyRecord>({ max: MAX_IN_MEMORY })
  return {
    recall: (scope) => recent.get(scope) ?? null,
    keep: (record) => {
      recent.set(record.scope, record)
    },
    find: async (scope) => {
      const row = await byScope.get({ scope })
      if (row === undefined) return null
      const { bodySealed, ...record } = row
      return { ...record, body: await keys.open(bodySealed, placeOf(scope)) }
    },
    prepare: keys.prepare,
    insert: ({ scope, fingerprint, status, body, headers, expiresAtMs }) => ({
      inserter,
      row: [
        scope,
        fingerprint,
        status,
        keys.seal(body, expiresAtMs, placeOf(scope)),
        headers && JSON.stringify(headers),
        expiresAtMs,
      ],
    }),
    removeIfExpired: (scope, nowMs) =>
      toWrite(
        database
          .delete(idempotencyRecords)
          .where(
            and(eq(idempotencyRecords.scope, scope), lte(idempotencyRecords.expiresAtMs, nowMs)),
          ),
      ),
    removeExpired: async (nowMs, limit) => {
      const expired = database
        .select({ scope: idempotencyRecords.scope })
        .from(idempotencyRecords)
        .where(lte(idempotencyRecords.expiresAtMs, nowMs))
        .limit(limit)
      const [removed] = await writer.commit([
        toWrite(
          database.delete(idempotencyRecords).where(inArray(idempotencyRecords.scope, expired)),
        ),
        keys.removeOld(nowMs),
      ])
      return removed?.rowsAffected ?? 0
    },
    nextExpiryMs: async () => {
      const earliest = min(idempotencyRecords.expiresAtMs)
      const row = await database.select({ earliest }).from(idempotencyRecords).get()
      return row?.earliest ?? null
    },
  }
}
