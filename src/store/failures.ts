import { EXPECTATIONS_MET } from './schema/internal.ts'
import { StoreError, type StoreErrorCode } from './store-error.ts'

/** Whether a write failed because a row with one of its unique values already exists. */
export const isUniqueViolation = (error: unknown): boolean =>
  isViolation(error, /^SQLITE_CONSTRAINT(_UNIQUE|_PRIMARYKEY)?$/, UNIQUE_MESSAGE)

/**
 * Whether a write was refused because one of its preconditions was not met, that is, because it
 * inserted into the table `expectations` what the check there refuses.
 */
export const isUnmetExpectation = (error: unknown): boolean =>
  isViolation(error, /^SQLITE_CONSTRAINT(_CHECK)?$/, UNMET_MESSAGE)

const UNIQUE_MESSAGE = /(^|: )UNIQUE constraint failed: /
const UNMET_MESSAGE = new RegExp(`(^|: )CHECK constraint failed: ${EXPECTATIONS_MET}$`)

/**
 * Both the code and the message must fit. SQLite's extended code, which the embedded database adds,
 * would be enough; but a server has the general code for every kind of constraint, and tells them
 * apart by the message alone, after prefixes of its own and of the client
 * (https://github.com/tursodatabase/libsql/blob/main/libsql-server/src/hrana/stmt.rs).
 */
function isViolation(error: unknown, code: RegExp, message: RegExp): boolean {
  if (!(error instanceof Error) || !message.test(error.message)) return false
  return ['code', 'extendedCode'].some((name) => code.test(String(Reflect.get(error, name))))
}

/**
 * What SQLite says where it is not the statement that is wrong (https://sqlite.org/rescode.html), and
 * what a server says where it cannot run it now (`StmtError` in the file above).
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
 * Whether the database cannot do its work now: the disk is full, another process holds its lock, its
 * file is gone, or others changed the same rows at every attempt. The same request may well succeed
 * later.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof StoreError) {
    return UNAVAILABLE_STORE.has(error.code)
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return UNAVAILABLE.test(code) || (error instanceof Error && isUnavailable(error.cause))
}
