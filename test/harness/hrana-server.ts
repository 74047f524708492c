import Libsql from 'libsql'

/**
 * A libSQL server, as far as a client over HTTP sees one: Hrana 2 and 3 over HTTP with JSON
 * (https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md), on the embedded engine.
 * A stream lives as long as its baton; one that is forgotten is rolled back.
 */
export type HranaServer = {
  url: string
  /** What it does with every request from now on. */
  behave(behaviour: 'well' | 'unwell' | 'hang' | 'lose_commits'): void
  requests(): number
  stop(): Promise<void>
}

type Value = { type: string; value?: string | number; base64?: string }
type Stmt = { sql?: string; sql_id?: number; args?: Value[]; want_rows?: boolean }
type Condition =
  | { type: 'ok' | 'error'; step: number }
  | { type: 'not'; cond: Condition }
  | { type: 'and' | 'or'; conds: Condition[] }
  | { type: 'is_autocommit' }
type Step = { stmt: Stmt; condition?: Condition | null }
type StreamRequest = {
  type: string
  stmt?: Stmt
  batch?: { steps: Step[] }
  sql?: string
  sql_id?: number
}

type PipelineBody = { baton?: string | null; requests: StreamRequest[] }

type Connection = InstanceType<typeof Libsql>
type Stream = { connection: Connection; sqls: Map<number, string>; isBroken: boolean }
type Failure = { message: string; code: string }

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
function failureOf(error: unknown): Failure {
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

function refuseUnsupported(text: string): void {
  if (text.trim() === '') {
    throw new ProtocolFailure('SQL_NO_STATEMENT', 'SQL string does not contain any statement')
  }
  if (!REFUSED.test(text)) return
  throw new ProtocolFailure(
    'SQL_PARSE_ERROR',
    `SQL string could not be parsed: unsupported statement`,
  )
}

function execute({ connection, sqls }: Stream, { sql, sql_id, args = [] }: Stmt) {
  const text = sql ?? sqls.get(Number(sql_id)) ?? ''
  refuseUnsupported(text)
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
  return { cols, rows, affected_row_count: 0, last_insert_rowid: null }
}

function runBatch(stream: Stream, steps: readonly Step[]) {
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
  for (const { stmt } of steps)
    refuseUnsupported(stmt.sql ?? stream.sqls.get(Number(stmt.sql_id)) ?? '')
  for (const { stmt, condition } of steps) {
    let result: object | null = null
    let error: Failure | null = null
    if (!condition || holds(condition)) {
      try {
        result = execute(stream, stmt)
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

function answer(stream: Stream, request: StreamRequest): object {
  const { type, stmt, batch, sql, sql_id } = request
  switch (type) {
    case 'execute':
      return { type, result: execute(stream, stmt ?? {}) }
    case 'batch':
      return { type, result: runBatch(stream, batch?.steps ?? []) }
    case 'sequence':
      stream.connection.exec(sql ?? stream.sqls.get(Number(sql_id)) ?? '')
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

const HANG_MS = 60_000

export function startHranaServer(file: string, token: string): HranaServer {
  const streams = new Map<string, Stream>()
  const idle: Connection[] = []
  let behaviour: Parameters<HranaServer['behave']>[0] = 'well'
  let requests = 0

  function open(): Stream {
    const connection = idle.pop() ?? new Libsql(file)
    if (idle.length === 0) connection.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = on')
    return { connection, sqls: new Map(), isBroken: false }
  }
  function close({ connection, isBroken }: Stream): void {
    if (connection.inTransaction) connection.exec('ROLLBACK')
    if (isBroken) connection.close()
    else idle.push(connection)
  }

  function pipeline(body: PipelineBody): Response {
    const stream = body.baton ? streams.get(body.baton) : open()
    if (stream === undefined) return new Response('Received an invalid baton', { status: 400 })
    if (body.baton) streams.delete(body.baton)
    let closed = false
    const results = body.requests.map((request) => {
      closed ||= request.type === 'close'
      try {
        return { type: 'ok', response: answer(stream, request) }
      } catch (error) {
        return { type: 'error', error: failureOf(error) }
      }
    })
    const baton = closed ? null : crypto.randomUUID()
    if (baton === null) close(stream)
    else streams.set(baton, stream)
    return Response.json({ baton, base_url: null, results })
  }

  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      requests += 1
      if (behaviour === 'hang') await Bun.sleep(HANG_MS)
      if (behaviour === 'unwell') return new Response('Bad Gateway', { status: 502 })
      if (request.headers.get('authorization') !== `Bearer ${token}`) {
        return Response.json({ message: 'unauthorized' }, { status: 401 })
      }
      const { pathname } = new URL(request.url)
      if (/^\/v[23]$/.test(pathname)) return new Response('')
      if (!/^\/v[23]\/pipeline$/.test(pathname)) return new Response('Not Found', { status: 404 })
      const body = (await request.json()) as PipelineBody
      const response = pipeline(body)
      const isCommit = body.requests.some(({ type }) => type === 'batch')
      const isLost = behaviour === 'lose_commits' && isCommit
      return isLost ? new Response('', { status: 502 }) : response
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    behave: (next) => {
      behaviour = next
    },
    requests: () => requests,
    stop: async () => {
      await server.stop(true)
      for (const connection of [...idle, ...[...streams.values()].map((one) => one.connection)]) {
        connection.close()
      }
    },
  }
}
