import { EXPECTATIONS_MET } from './schema/internal.ts'
import { StoreError, type StoreErrorCode } from './store-error.ts'

/** Whether a write failed because a row with the same unique value already exists. */
export const isUniqueViolation = (error: unknown): boolean =>
  isViolation(error, /^SQLITE_CONSTRAINT(_UNIQUE|_PRIMARYKEY)?$/, UNIQUE_MESSAGE)

/**
 * Whether a write was refused because one of its expectations was not met, that is, because it
 * inserted a row into the table `expectations` that the check there refuses.
 */
export const isUnmetExpectation = (error: unknown): boolean =>
  isViolation(error, /^SQLITE_CONSTRAINT(_CHECK)?$/, UNMET_MESSAGE)

const UNIQUE_MESSAGE = /(^|: )UNIQUE constraint failed: /
const UNMET_MESSAGE = new RegExp(`(^|: )CHECK constraint failed: ${EXPECTATIONS_MET}$`)

/**
 * Both the code and the message must match. SQLite's extended code, which the embedded database
 * provides, would be enough; but a server reports the general code for every kind of constraint and
 * the kind only in the message, after prefixes added by the server and the client
 * (https://github.com/tursodatabase/libsql/blob/main/libsql-server/src/hrana/stmt.rs).
 */
function isViolation(error: unknown, code: RegExp, message: RegExp): boolean {
  if (!(error instanceof Error) || !message.test(error.message)) return false
  return ['code', 'extendedCode'].some((name) => code.test(String(Reflect.get(error, name))))
}

/**
 * SQLite's codes for errors that the statement did not cause (https://sqlite.org/rescode.html), and
 * a server's codes for when it cannot run a statement now (`StmtError` in the file above).
 */
const UNAVAILABLE =
  /^(SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|PERM|NOMEM|PROTOCOL|CORRUPT|NOTADB)|TRANSACTION_(TIMEOUT|BUSY)$|BLOCKED$)/

const UNAVAILABLE_STORE: ReadonlySet<StoreErrorCode> = new Set([
  'database_gone',
  'database_unreachable',
  'writer_ended',
  'contended',
])

/**
 * Whether the database is unavailable: the disk is full, another process holds its lock, its file
 * is gone, or others changed the same rows at every attempt. The same request may succeed later.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof StoreError) {
    return UNAVAILABLE_STORE.has(error.code)
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return UNAVAILABLE.test(code) || (error instanceof Error && isUnavailable(error.cause))
}
