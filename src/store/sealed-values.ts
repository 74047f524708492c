import { asc, gt, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Place, Sealing } from '../secrets/sealing.ts'
import type { Database } from './database/client.ts'
import { channelConnections } from './schema/channels.ts'
import { integrations } from './schema/core.ts'
import { idempotencyRecords } from './schema/internal.ts'
import type { Writer } from './writer/writer.ts'
import type { Write } from './writer/writes.ts'

/** How far a walk over all sealed values has come. */
export type SealedCursor = { table: number; after: string }

export type SealedPage = {
  /** Where to go on; null at the end. */
  next: SealedCursor | null
  resealed: number
  dead: Place[]
}

export type SealedValues = {
  /**
   * Opens every sealed value, and answers how many there are and which do not open: where they are,
   * and nothing of what they hold.
   */
  check(): Promise<{ checked: number; dead: Place[] }>
  /** Seals those of a page of values with the current key that were sealed with another. */
  sealAnew(cursor: SealedCursor | null): Promise<SealedPage>
}

type SealedColumn = {
  name: string
  column: string
  table: SQLiteTable
  row: SQLiteColumn
  value: SQLiteColumn
}

/** Where the secret key's work lies. A new sealed column is an entry here. */
const SEALED: readonly SealedColumn[] = [
  {
    name: 'integrations',
    column: 'credentials',
    table: integrations,
    row: integrations.id,
    value: integrations.credentialsSealed,
  },
  {
    name: 'channel_connections',
    column: 'auth',
    table: channelConnections,
    row: channelConnections.id,
    value: channelConnections.authSealed,
  },
  {
    name: 'idempotency_records',
    column: 'body',
    table: idempotencyRecords,
    row: idempotencyRecords.scope,
    value: idempotencyRecords.bodySealed,
  },
]

/** Read, opened and written in a few milliseconds, so that no request waits for it noticeably. */
const PAGE = 200
const START: SealedCursor = { table: 0, after: '' }

type Sealed = { place: Place; sealed: string }

/** All that the secret key seals, wherever it is stored. */
export function createSealedValues(
  database: Database,
  writer: Pick<Writer, 'commit'>,
  sealing: Sealing,
): SealedValues {
  const open = ({ place, sealed }: Sealed): string | null => {
    try {
      return sealing.open(sealed, place)
    } catch {
      return null
    }
  }

  async function* pages(): AsyncGenerator<Sealed[]> {
    for (let cursor: SealedCursor | null = START; cursor !== null; ) {
      const page: Sealed[] = await readPage(database, cursor)
      yield page
      cursor = nextOf(cursor, page)
    }
  }

  return {
    async check() {
      let checked = 0
      const dead: Place[] = []
      for await (const page of pages()) {
        checked += page.length
        dead.push(...page.filter((value) => open(value) === null).map(({ place }) => place))
      }
      return { checked, dead }
    },

    async sealAnew(cursor) {
      const from = cursor ?? START
      const page = await readPage(database, from)
      const stale = page.filter(({ sealed }) => !sealing.isCurrent(sealed))
      const dead = stale.filter((value) => open(value) === null).map(({ place }) => place)
      const writes = stale.flatMap((value) => {
        const text = open(value)
        return text === null ? [] : replace(from, value, sealing.seal(text, value.place))
      })
      if (writes.length > 0) await writer.commit(writes)
      return { next: nextOf(from, page), dead, resealed: writes.length }
    },
  }
}

function nextOf({ table, after }: SealedCursor, page: readonly Sealed[]): SealedCursor | null {
  if (page.length === PAGE) return { table, after: page.at(-1)?.place.row ?? after }
  return table + 1 < SEALED.length ? { table: table + 1, after: '' } : null
}

async function readPage(database: Database, cursor: SealedCursor): Promise<Sealed[]> {
  const place = SEALED[cursor.table]
  if (place === undefined) return []
  const { name, column, table, row, value } = place
  const rows = await database
    .select({ row: sql<string>`${row}`, sealed: sql<string>`${value}` })
    .from(table)
    .where(gt(row, cursor.after))
    .orderBy(asc(row))
    .limit(PAGE)
  return rows.map((found) => ({
    place: { table: name, column, row: found.row },
    sealed: found.sealed,
  }))
}

/** Only where the value is still what was read: one that was written meanwhile is newer. */
function replace({ table }: SealedCursor, { place, sealed }: Sealed, anew: string): Write[] {
  const column = SEALED[table]
  if (column === undefined) return []
  const { name, row, value } = column
  const statement = `update "${name}" set "${value.name}" = ? where "${row.name}" = ? and "${value.name}" = ?`
  return [{ sql: statement, args: [anew, place.row, sealed] }]
}
