export type SqlValue = string | number | null

/** A statement that has not run yet. */
export type Statement = {
  sql: string
  args: SqlValue[]
  /** The tables, besides the one that it writes to, that decide whether it fails. */
  reads?: readonly string[]
}

/** How the rows of many callers are written at once. */
export type RowInserter = {
  /** The statements for all of them; usually one. */
  statements(rows: readonly Row[]): Iterable<Statement>
  /** Runs after the other inserters, because it must also see the rows of the same commit. */
  isLast?: true
}

export type Row = readonly (string | number | null)[]

/** A row that is inserted in bulk with concurrent rows of other callers. */
export type RowInsert = { inserter: RowInserter; row: Row }

/** A statement or a row to be written. All writes of one `commit` are committed, or none. */
export type Write = Statement | RowInsert

/** Converts a query of drizzle's builder (insert, update, delete) to a write. */
export function toWrite(query: { toSQL(): { sql: string; params: unknown[] } }): Statement {
  const { sql, params } = query.toSQL()
  return { sql, args: params.map(toSqlValue) }
}

function toSqlValue(value: unknown): SqlValue {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new TypeError(`not a value that SQLite can hold: ${typeof value}`)
}

/**
 * Creates a bulk insert, for a table that nearly every request writes to. A row takes 9 µs this way
 * in batches of 64, and 16 µs if the rows are read from one JSON argument.
 */
export const rowInserter = (table: string, columns: readonly string[]): RowInserter =>
  bulkInserter(
    columns.length,
    (rows) => `insert into "${table}" (${columns.map((name) => `"${name}"`).join(', ')}) ${rows}`,
  )

/**
 * Creates an insert of rows of `width` values. `toSql`: the statement, given the `values` clause that
 * contains the rows.
 */
export function bulkInserter(width: number, toSql: (rows: string) => string): RowInserter {
  const group = `(${Array(width).fill('?').join(', ')})`
  const bySize = SIZES.map((size) => ({
    size,
    sql: toSql(`values ${Array(size).fill(group).join(', ')}`),
  }))
  return {
    *statements(rows) {
      let start = 0
      for (const { size, sql } of bySize) {
        for (; rows.length - start >= size; start += size) {
          yield { sql, args: rows.slice(start, start + size).flat() }
        }
      }
    },
  }
}

/**
 * How many rows one statement inserts: few different sizes, so that each is prepared only once (see
 * file-connection.ts), and few statements for any number of rows.
 */
const SIZES = [64, 16, 4, 1]

/**
 * One statement that takes the rows of all callers as its argument `?1`: a JSON array of arrays.
 */
export const rowReader = (sql: string): RowInserter => ({
  statements: (rows) => [{ sql, args: [JSON.stringify(rows)] }],
})

/**
 * The statements for many writes: first the individual ones in order, so that their results can be
 * matched; then those of each inserter with all its rows, those with `isLast` at the end.
 */
export function statementsOf(writes: readonly Write[]): Statement[] {
  const statements: Statement[] = []
  const rows = new Map<RowInserter, Row[]>()
  for (const write of writes) {
    if ('sql' in write) {
      statements.push(write)
      continue
    }
    const others = rows.get(write.inserter)
    if (others === undefined) rows.set(write.inserter, [write.row])
    else others.push(write.row)
  }
  const inOrder = [...rows].sort(
    ([one], [other]) => Number(one.isLast ?? false) - Number(other.isLast ?? false),
  )
  for (const [inserter, list] of inOrder) statements.push(...inserter.statements(list))
  return statements
}
