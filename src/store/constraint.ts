/** Whether a write failed because a row with one of its unique values is there already. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error &&
  'extendedCode' in error &&
  (error.extendedCode === 'SQLITE_CONSTRAINT_UNIQUE' ||
    error.extendedCode === 'SQLITE_CONSTRAINT_PRIMARYKEY')
