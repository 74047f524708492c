import { and, asc, getTableName, gt, isNotNull, sql } from 'drizzle-orm'
import type { Place, Sealing } from '../secrets/sealing.ts'
import type { Database } from './database/client.ts'
import { isSealedByRecordKey } from './idempotency/record-keys.ts'
import { placesOf, type SealedColumn, sealedColumnsOf } from './schema/sealed.ts'
import { schemaTables } from './schema/tables.ts'
import type { Writer } from './writer/writer.ts'
import type { Write } from './writer/writes.ts'

/** The position of a walk over all sealed values. */
export type SealedCursor = { column: number; after: string }

export type SealedPage = {
  /** Where to continue; null at the end. */
  next: SealedCursor | null
  resealed: number
  undecryptable: Place[]
}

export type SealedValues = {
  /**
   * Tries to open every sealed value. Returns how many there are and the places of those that
   * cannot be opened, without any of their contents.
   */
  check(): Promise<{ checked: number; undecryptable: Place[] }>
  /** Re-seals the values of one page that were not sealed with the current key. */
  reseal(cursor: SealedCursor | null): Promise<SealedPage>
}

/** A page is read, opened and written in a few milliseconds, so it delays no request noticeably. */
const PAGE = 200
const START: SealedCursor = { column: 0, after: '' }

type Sealed = { place: Place; sealed: string }

/** Gives access to every sealed value, in whichever table it is. */
export function createSealedValues(
  database: Database,
  writer: Pick<Writer, 'commit'>,
  sealing: Sealing,
): SealedValues {
  const columns = sealedColumnsOf(schemaTables())
  const open = ({ place, sealed }: Sealed): string | null => {
    try {
      return sealing.open(sealed, place)
    } catch {
      return null
    }
  }

  async function* pages(): AsyncGenerator<Sealed[]> {
    for (let cursor: SealedCursor | null = START; cursor !== null; ) {
      const page: Sealed[] = await readPage(database, columns[cursor.column], cursor.after)
      yield page
      cursor = nextOf(cursor, page, columns.length)
    }
  }

  return {
    async check() {
      let checked = 0
      const undecryptable: Place[] = []
      for await (const page of pages()) {
        const values = page.filter(isSealedByMasterKey)
        checked += values.length
        undecryptable.push(
          ...values.filter((value) => open(value) === null).map(({ place }) => place),
        )
      }
      return { checked, undecryptable }
    },

    async reseal(cursor) {
      const from = cursor ?? START
      const column = columns[from.column]
      const page = await readPage(database, column, from.after)
      const stale = page
        .filter(isSealedByMasterKey)
        .filter(({ sealed }) => !sealing.isCurrent(sealed))
      const undecryptable = stale.filter((value) => open(value) === null).map(({ place }) => place)
      const writes = stale.flatMap((value) => {
        const text = open(value)
        if (text === null || column === undefined) return []
        return [replace(column, value, sealing.seal(text, value.place))]
      })
      if (writes.length > 0) await writer.commit(writes)
      return { next: nextOf(from, page, columns.length), undecryptable, resealed: writes.length }
    },
  }
}

/** Excludes idempotency records, which are sealed with keys of their own. */
const isSealedByMasterKey = ({ sealed }: Sealed): boolean => !isSealedByRecordKey(sealed)

function nextOf(
  { column, after }: SealedCursor,
  page: readonly Sealed[],
  columns: number,
): SealedCursor | null {
  if (page.length === PAGE) return { column, after: page.at(-1)?.place.row ?? after }
  return column + 1 < columns ? { column: column + 1, after: '' } : null
}

async function readPage(
  database: Database,
  column: SealedColumn | undefined,
  after: string,
): Promise<Sealed[]> {
  if (column === undefined) return []
  const { table, row, value } = column
  const placeOf = placesOf(value)
  const rows = await database
    .select({ row: sql<string>`${row}`, sealed: sql<string>`${value}` })
    .from(table)
    .where(and(gt(row, after), isNotNull(value)))
    .orderBy(asc(row))
    .limit(PAGE)
  return rows.map((found) => ({ place: placeOf(found.row), sealed: found.sealed }))
}

/** Only if the value is unchanged since it was read: one written meanwhile is newer. */
function replace({ table, row, value }: SealedColumn, read: Sealed, anew: string): Write {
  const statement = `update "${getTableName(table)}" set "${value.name}" = ? where "${row.name}" = ? and "${value.name}" = ?`
  return { sql: statement, args: [anew, read.place.row, read.sealed] }
}
