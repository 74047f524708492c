import Libsql from 'libsql'
import { LRUCache } from 'lru-cache'
import { BUSY_TIMEOUT_MS, type Synchronous, settingsOf } from '../database/client.ts'
import type { Committed, Connection, ReturnedRow } from './committer.ts'
import { DatabaseError } from './database-error.ts'
import type { Statement } from './writes.ts'

export type FileConnection = Connection & {
  /** Runs a statement without arguments, outside of a transaction. */
  run(sql: string): Committed
  /** Runs a statement that returns rows, outside of a transaction. */
  read(statement: Statement): readonly ReturnedRow[]
}

/** Runs a statement that is already prepared. */
type Run = (args: Statement['args']) => Committed

type Open = { database: Libsql.Database; prepared: LRUCache<string, Run> }

/** More than latch has. A statement takes a few KB of memory, and one for 64 rows about 100 KB. */
const MAX_PREPARED = 200

/**
 * A connection to a database file that keeps its statements prepared: libSQL's client prepares each
 * anew, which takes 30 µs for a small one and 5 µs for each row of a bulk insert. Blocks its thread.
 */
export function openFileConnection(file: string, synchronous: Synchronous): FileConnection {
  let open = connect(file, synchronous)

  function run({ sql, args }: Statement): Committed {
    const { database, prepared } = open
    try {
      const known = prepared.get(sql) ?? prepare(database, sql)
      const committed = known(args)
      prepared.set(sql, known)
      return committed
    } catch (error) {
      // A statement that failed is not used again.
      prepared.delete(sql)
      throw toDatabaseError(error)
    }
  }

  /** Keeps the connection if there can be no other. */
  function reconnect(): void {
    const next = connect(file, synchronous)
    disconnect(open)
    open = next
  }

  function rollBack(): void {
    try {
      if (open.database.inTransaction) open.database.exec('ROLLBACK')
    } catch {
      reconnect()
    }
  }

  return {
    run: (sql) => run({ sql, args: [] }),
    read: (statement) => run(statement).returned ?? [],
    batch: async (statements) => {
      run({ sql: 'BEGIN IMMEDIATE', args: [] })
      try {
        const results = statements.map(run)
        run({ sql: 'COMMIT', args: [] })
        return results
      } catch (error) {
        rollBack()
        throw error
      }
    },
    reconnect: async () => reconnect(),
    close: async () => disconnect(open),
  }
}

function connect(file: string, synchronous: Synchronous): Open {
  const database = new Libsql(file, { timeout: BUSY_TIMEOUT_MS })
  for (const setting of settingsOf(synchronous)) database.prepare(setting).all()
  return { database, prepared: new LRUCache({ max: MAX_PREPARED }) }
}

function disconnect({ database, prepared }: Open): void {
  prepared.clear()
  database.close()
}

function prepare(database: Libsql.Database, sql: string): Run {
  const statement = database.prepare<unknown[]>(sql)
  return statement.reader
    ? (args) => ({ rowsAffected: 0, returned: statement.all(args).map(toReturnedRow) })
    : (args) => ({ rowsAffected: statement.run(args).changes })
}

function toDatabaseError(error: unknown): unknown {
  if (!(error instanceof Libsql.SqliteError)) return error
  const { message, code: extendedCode } = error
  const code = /^SQLITE_[A-Z]+/.exec(extendedCode)?.[0] ?? extendedCode
  return new DatabaseError(`${code}: ${message}`, code, extendedCode, { cause: error })
}

/** Copies what libSQL returns into a plain object, which can be passed between threads. */
function toReturnedRow(row: unknown): ReturnedRow {
  if (typeof row !== 'object' || row === null) throw new TypeError('not a row')
  return Object.fromEntries(Object.entries(row))
}
