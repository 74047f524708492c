import { StoreError, type StoreErrorCode } from '../store-error.ts'
import type { Committed } from './committer.ts'
import type { DatabaseFile } from './file-committer.ts'
import type { Statement } from './writes.ts'

/** What the thread that writes is told. */
export type Order =
  | { kind: 'commit'; id: number; database: DatabaseFile; statements: readonly Statement[] }
  | { kind: 'close' }

/** What it answers. */
export type Report =
  | { kind: 'committed'; id: number; results: readonly Committed[] }
  | { kind: 'failed'; id: number; failure: Failure }
  | { kind: 'closed' }

/** An error as it travels: a class, and what is not its message, would stay behind. */
export type Failure = {
  message: string
  storeErrorCode: StoreErrorCode | null
  code: string | null
  extendedCode: string | null
}

/** An error of the database that was met in the other thread, under the names that it had there. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  constructor(
    message: string,
    readonly code: string,
    readonly extendedCode: string,
  ) {
    super(message)
  }
}

export function toFailure(error: unknown): Failure {
  const text = (name: string): string | null => {
    const value: unknown = error instanceof Error ? Reflect.get(error, name) : null
    return typeof value === 'string' ? value : null
  }
  return {
    message: error instanceof Error ? error.message : String(error),
    storeErrorCode: error instanceof StoreError ? error.code : null,
    code: text('code'),
    extendedCode: text('extendedCode'),
  }
}

export const toError = ({ message, storeErrorCode, code, extendedCode }: Failure): Error =>
  storeErrorCode === null
    ? new DatabaseError(message, code ?? '', extendedCode ?? '')
    : new StoreError(storeErrorCode, message)
