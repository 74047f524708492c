import { eq, inArray, lte, sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Sealing } from '../secrets/sealing.ts'
import type { Database } from './client.ts'
import { idempotencyRecords } from './schema-internal.ts'
import { toWrite, type Write, type Writer } from './writer.ts'

/** The first answer to a request, as it went out. */
export type IdempotencyRecord = {
  scope: string
  fingerprint: string
  status: number
  body: string
  expiresAtMs: number
}

export type IdempotencyRecords = {
  /** A record that is in memory still; null says nothing. */
  recall(scope: string): IdempotencyRecord | null
  /** Keeps a record in memory that is on the disk: it never changes, so it is never wrong. */
  keep(record: IdempotencyRecord): void
  find(scope: string): Promise<IdempotencyRecord | null>
  /** Fails the whole write where the scope has a record: two processes cannot both be first. */
  insert(record: IdempotencyRecord): Write
  remove(scope: string): Write
  /** Takes away at most `limit` expired records, and answers how many. */
  removeExpired(nowMs: number, limit: number): Promise<number>
}

/** About a kilobyte each. */
const MOST_IN_MEMORY = 10_000

const placeOf = (scope: string) => ({ table: 'idempotency_records', column: 'body', row: scope })

/** Bodies are sealed: an answer may hold a link that is still good, or a token. */
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
  const insertRow = prepareInsert(database)
  const recent = new LRUCache<string, IdempotencyRecord>({ max: MOST_IN_MEMORY })
  return {
    recall: (scope) => recent.get(scope) ?? null,
    keep: (record) => {
      recent.set(record.scope, record)
    },
    find: async (scope) => {
      const row = await byScope.get({ scope })
      if (row === undefined) return null
      const { bodySealed, ...record } = row
      return { ...record, body: sealing.open(bodySealed, placeOf(scope)) }
    },
    insert: ({ body, ...record }) =>
      insertRow({ ...record, bodySealed: sealing.seal(body, placeOf(record.scope)) }),
    remove: (scope) =>
      toWrite(database.delete(idempotencyRecords).where(eq(idempotencyRecords.scope, scope))),
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
      ])
      return removed?.rowsAffected ?? 0
    },
  }
}

type Row = typeof idempotencyRecords.$inferInsert

/**
 * The one write of nearly every request: its SQL is made once, as drizzle takes long over it (0.093 to
 * 0.107 of a bare handler, by test/bench/http.ts).
 */
function prepareInsert(database: Database): (row: Row) => Write {
  const columns = ['scope', 'fingerprint', 'status', 'bodySealed', 'expiresAtMs'] as const
  const sample: Row = { scope: '', fingerprint: '', status: 0, bodySealed: '', expiresAtMs: 0 }
  const { sql: text, params } = database.insert(idempotencyRecords).values(sample).toSQL()
  if (params.length !== columns.length) throw new Error('the table has other columns')
  return (row) => ({ sql: text, args: columns.map((column) => row[column]) })
}
