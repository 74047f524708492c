export type StoreErrorCode =
  | 'data_dir_in_use'
  | 'data_dir_unusable'
  | 'database_newer'
  | 'database_damaged'
  | 'database_gone'
  | 'database_unreachable'
  | 'writer_ended'
  | 'contended'
  | 'wrong_secret_key'
  | 'environment_not_found'
  | 'backup_unusable'

/** The store cannot be opened or written to. The message tells the operator why, and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
