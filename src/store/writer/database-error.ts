/** An error of SQLite, with its codes (https://sqlite.org/rescode.html). */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  constructor(
    message: string,
    /** Such as `SQLITE_CONSTRAINT`. */
    readonly code: string,
    /** Such as `SQLITE_CONSTRAINT_UNIQUE`. */
    readonly extendedCode: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
