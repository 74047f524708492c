import Database from 'libsql'

export type Row = Readonly<Record<string, unknown>>

/** Asks a database file while latch has it open. */
export type ReadDatabase = { tables(): string[]; rows(query: string): Row[] }

/**
 * Reads a database file that a service in this process has open, by the same copy of SQLite as latch.
 * Another copy in the process, such as Bun's own, would not see its locks: it would truncate the index
 * of the log under it, which ends the process with SIGBUS
 * (https://sqlite.org/howtocorrupt.html#multiple_copies_of_sqlite_linked_into_the_same_application).
 */
export function readDatabase<Result>(
  file: string,
  read: (database: ReadDatabase) => Result,
): Result {
  const database = new Database(file, { timeout: 5000 })
  const rows = (query: string): Row[] => database.prepare(query).all() as Row[]
  try {
    return read({
      rows,
      tables: () =>
        rows(`select name from sqlite_master where type = 'table'`).map(({ name }) => String(name)),
    })
  } finally {
    database.close()
  }
}
