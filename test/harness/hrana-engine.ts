import type Libsql from 'libsql'

type Value = { type: string; value?: string | number; base64?: string }
type Stmt = { sql?: string; sql_id?: number; args?: Value[]; want_rows?: boolean }
type Condition =
  | { type: 'ok' | 'error'; step: number }
  | { type: 'not'; cond: Condition }
  | { type: 'and' | 'or'; conds: Condition[] }
  | { type: 'is_autocommit' }
type Step = { stmt: Stmt; condition?: Condition | null }
export type StreamRequest = {
  type: string
  stmt?: Stmt
  batch?: { steps: Step[] }
  sql?: string
  sql_id?: number
}

export type Connection = InstanceType<typeof Libsql>
export type Stream = { connection: Connection; sqls: Map<number, string>; isBroken: boolean }
export type Failure = { message: string; code: string }

/** An error that the server tells in its own words; every other one is the engine's. */
class ProtocolFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

const toSql = ({ type, value, base64 }: Value): unknown => {
  if (type === 'null') return null
  if (type === 'integer') return BigInt(String(value))
  if (type === 'blob') return Buffer.from(base64 ?? '', 'base64')
  return value
}

function fromSql(value: unknown): Value {
  if (value === null || value === undefined) return { type: 'null' }
  if (typeof value === 'bigint') return { type: 'integer', value: String(value) }
  if (typeof value === 'number') return { type: 'float', value }
  if (typeof value === 'string') return { type: 'text', value }
  return { type: 'blob', base64: Buffer.from(value as Uint8Array).toString('base64') }
}

/**
 * As the server tells an error of the engine (`StmtError` and `sqlite_error_code` in
 * https://github.com/tursodatabase/libsql/blob/main/libsql-server/src/hrana/stmt.rs): by the general
 * code alone, `SQLITE_CONSTRAINT` for each kind of constraint, and what is wrong with a text of SQL
 * by a code of its own.
 */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof ProtocolFailure) return { code: error.code, message }
  const precise = error instanceof Error && 'code' in error ? String(error.code) : 'SQLITE_ERROR'
  const [general = ''] = /^SQLITE_[A-Z]+/.exec(precise) ?? []
  if (general === 'SQLITE_ERROR') {
    return { code: 'SQL_INPUT_ERROR', message: `SQL input error: ${message} (at offset 0)` }
  }
  return { code: general, message: `SQLite error: ${message}` }
}

/** What the server's parser lets nobody say (libsql-server/src/query_analysis.rs). */
const REFUSED =
  /^\s*(vacuum|attach|analyze|create\s+temp|pragma\s+(?!(foreign_keys|foreign_key_check|foreign_key_list|defer_foreign_keys|integrity_check|quick_check|table_info|table_xinfo|table_list|index_list|index_info|user_version)\b)\w+\s*[=(])/i
const MOST_STORED_TEXTS = 50
const LONGEST_STORED_TEXT = 5000

/** The text of a statement that the server's parser accepts. */
function textOf({ sqls }: Stream, { sql, sql_id }: Pick<Stmt, 'sql' | 'sql_id'>): string {
  const text = sql ?? sqls.get(Number(sql_id)) ?? ''
  if (text.trim() === '') {
    throw new ProtocolFailure('SQL_NO_STATEMENT', 'SQL string does not contain any statement')
  }
  if (!REFUSED.test(text)) return text
  const reason = 'SQL string could not be parsed: unsupported statement'
  throw new ProtocolFailure('SQL_PARSE_ERROR', reason)
}

/** Who may write: one stream after the other, in the order in which they ask. */
export type WriteLock = { acquire(stream: Stream): Promise<void>; release(stream: Stream): void }

/** A queue, where SQLite alone would say that it is busy (connection_manager.rs in the same place). */
export function createWriteLock(): WriteLock {
  let holder: Stream | null = null
  const queue: [Stream, () => void][] = []
  return {
    acquire: async (stream) => {
      if (holder === stream) return
      if (holder === null) holder = stream
      else await new Promise<void>((resolve) => queue.push([stream, resolve]))
    },
    release: (stream) => {
      if (holder !== stream) return
      const [next, go] = queue.shift() ?? [null, () => {}]
      holder = next
      go()
    },
  }
}

const WRITES =
  /^\s*(begin\s+(immediate|exclusive)|insert|update|delete|replace|create|drop|alter)\b/i
const CHANGES_ROWS = /^\s*(insert|update|delete|replace)\b/i

async function execute(stream: Stream, lock: WriteLock, stmt: Stmt): Promise<object> {
  const text = textOf(stream, stmt)
  // Other streams go on between any two statements, as on a server with threads.
  await new Promise((resolve) => setImmediate(resolve))
  if (WRITES.test(text)) await lock.acquire(stream)
  try {
    return run(stream.connection, text, stmt.args ?? [])
  } finally {
    if (!stream.connection.inTransaction) lock.release(stream)
  }
}

function run(connection: Connection, text: string, args: readonly Value[]): object {
  const statement = connection.prepare(text).safeIntegers(true)
  const values = args.map(toSql)
  let returnsData = true
  try {
    statement.raw(true)
  } catch {
    returnsData = false
  }
  if (!returnsData) {
    const { changes } = statement.run(...values)
    return { cols: [], rows: [], affected_row_count: Number(changes), last_insert_rowid: null }
  }
  const cols = statement.columns().map(({ name, type }) => ({ name, decltype: type }))
  const rows = (statement.all(...values) as unknown[][]).map((row) => row.map(fromSql))
  const changes = CHANGES_ROWS.test(text) ? connection.prepare('SELECT changes() AS n').get() : null
  const affected_row_count = Number((changes as { n: number } | null)?.n ?? 0)
  return { cols, rows, affected_row_count, last_insert_rowid: null }
}

async function runBatch(stream: Stream, lock: WriteLock, steps: readonly Step[]): Promise<object> {
  const results: (object | null)[] = []
  const errors: (Failure | null)[] = []
  const holds = (condition: Condition): boolean => {
    switch (condition.type) {
      case 'ok':
        return results[condition.step] != null
      case 'error':
        return errors[condition.step] != null
      case 'not':
        return !holds(condition.cond)
      case 'and':
        return condition.conds.every(holds)
      case 'or':
        return condition.conds.some(holds)
      case 'is_autocommit':
        return !stream.connection.inTransaction
    }
  }
  // Parsed as a whole before any of it runs: a step that does not parse fails all.
  for (const { stmt } of steps) textOf(stream, stmt)
  for (const { stmt, condition } of steps) {
    let result: object | null = null
    let error: Failure | null = null
    if (!condition || holds(condition)) {
      try {
        result = await execute(stream, lock, stmt)
      } catch (reason) {
        error = failureOf(reason)
        // https://github.com/tursodatabase/libsql-client-ts/issues/352
        if (error.code === 'SQLITE_BUSY') stream.isBroken = true
      }
    }
    results.push(result)
    errors.push(error)
  }
  return { step_results: results, step_errors: errors }
}

/** With the bounds of libsql-server/src/hrana/http/request.rs. */
function store({ sqls }: Stream, id: number, text: string): void {
  if (sqls.size >= MOST_STORED_TEXTS) {
    const message = `The server already stores ${sqls.size} SQL texts, it cannot store more`
    throw new ProtocolFailure('SQL_STORE_TOO_MANY', message)
  }
  if (text.length > LONGEST_STORED_TEXT) {
    const message = `The statement is too large to be stored: ${text.length} B/5.0 KB`
    throw new ProtocolFailure('SQL_STORE_TOO_LARGE', message)
  }
  sqls.set(id, text)
}

export async function answer(
  stream: Stream,
  lock: WriteLock,
  request: StreamRequest,
): Promise<object> {
  const { type, stmt, batch, sql, sql_id } = request
  switch (type) {
    case 'execute':
      return { type, result: await execute(stream, lock, stmt ?? {}) }
    case 'batch':
      return { type, result: await runBatch(stream, lock, batch?.steps ?? []) }
    case 'sequence':
      stream.connection.exec(textOf(stream, request))
      return { type }
    case 'store_sql':
      store(stream, Number(sql_id), String(sql))
      return { type }
    case 'close_sql':
      stream.sqls.delete(Number(sql_id))
      return { type }
    case 'get_autocommit':
      return { type, is_autocommit: !stream.connection.inTransaction }
    case 'close':
      return { type }
    default:
      throw new Error(`unknown request: ${type}`)
  }
}
