/** Wrong use of a command, in words for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What was asked for was understood, and could not be done. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
}
