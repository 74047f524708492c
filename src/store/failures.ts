import { StoreError } from './store-error.ts'

/** Whether a write failed because a row with one of its unique values is there already. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error && codesOf(error).some((code) => UNIQUE.test(code))

/** A server puts the precise code where the file's client has the general one. */
const codesOf = (error: Error): string[] =>
  ['code', 'extendedCode'].map((name) => String(Reflect.get(error, name) ?? ''))

const UNIQUE = /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/

/** What SQLite says where it is not the statement that is wrong (https://sqlite.org/rescode.html). */
const UNAVAILABLE =
  /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|PERM|NOMEM|PROTOCOL|CORRUPT|NOTADB)/

/**
 * Whether the database cannot do its work now: the disk is full, another process holds its lock, its
 * file is gone. The same request may well succeed later.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof StoreError) {
    return ['database_gone', 'database_unreachable', 'writer_ended'].includes(error.code)
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return UNAVAILABLE.test(code) || (error instanceof Error && isUnavailable(error.cause))
}
