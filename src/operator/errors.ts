/** Incorrect use of a command. The message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A valid request that could not be carried out. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError'
}
