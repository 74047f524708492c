import { Worker } from 'node:worker_threads'
import { StoreError, type StoreErrorCode } from '../store-error.ts'
import type { Committed, Committer, DatabaseFile } from './committer.ts'
import { DatabaseError } from './database-error.ts'
import type { Statement } from './writes.ts'

/**
 * A message to the writer thread. `statements` is the JSON of a list of them: to send an event takes
 * 1 µs in this thread that way, and 5 µs as objects.
 */
export type WriterRequest =
  | { kind: 'commit'; id: number; database: DatabaseFile; statements: string }
  | { kind: 'rewrite'; id: number; database: DatabaseFile }
  | { kind: 'close' }

/** A message from the writer thread. */
export type WriterResponse =
  | { kind: 'committed'; id: number; results: readonly Committed[] }
  | { kind: 'failed'; id: number; failure: Failure }
  | { kind: 'closed' }

/**
 * An error as plain data: its class, and every property but the message, would be lost between
 * threads.
 */
export type Failure = {
  message: string
  storeErrorCode: StoreErrorCode | null
  code: string | null
  extendedCode: string | null
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

const toError = ({ message, storeErrorCode, code, extendedCode }: Failure): Error =>
  storeErrorCode === null
    ? new DatabaseError(message, code ?? '', extendedCode ?? '')
    : new StoreError(storeErrorCode, message)

/** Defined by the build, in which the thread's file is in another place. */
declare const LATCH_WRITER_THREAD: string | undefined

const threadFile = (): string | URL =>
  typeof LATCH_WRITER_THREAD === 'string'
    ? LATCH_WRITER_THREAD
    : new URL('./writer-thread.ts', import.meta.url)

type Waiting = { resolve(results: readonly Committed[]): void; reject(error: Error): void }

type Thread = {
  commit(database: DatabaseFile, statements: readonly Statement[]): Promise<readonly Committed[]>
  rewrite(database: DatabaseFile): Promise<unknown>
  /** Resolves when the file is closed or the thread has ended. */
  close(): Promise<void>
}

/**
 * Writes to a database file in a separate thread. A libSQL call blocks its thread until the data is
 * on disk: requests that write nothing would wait for each commit, for 10 ms on a slow disk. This,
 * together with inserting their records in bulk, raised links with a fresh idempotency key each
 * from 0.2 to 0.3 of the rate of a bare handler.
 */
export function startThreadCommitter(
  database: DatabaseFile,
  file: string | URL = threadFile(),
): Committer {
  let isClosed = false
  let thread: Thread | null = null
  const running = (): Thread => {
    if (thread !== null) return thread
    // A crashed thread is replaced lazily, on the next commit. Its exit is reported after its
    // error, when the replacement may already be running.
    const started = startThread(file, () => {
      if (thread === started) thread = null
    })
    thread = started
    return started
  }
  running()
  return {
    capacity: 2,
    commit: async (statements) => {
      if (isClosed) throw new StoreError('writer_ended', 'The database is closed.')
      return running().commit(database, statements)
    },
    rewrite: async () => {
      await running().rewrite(database)
    },
    close: async () => {
      isClosed = true
      await thread?.close()
    },
  }
}

function startThread(file: string | URL, onEnd: () => void): Thread {
  const worker = new Worker(file)
  const send = (request: WriterRequest): void => worker.postMessage(request)
  const waiting = new Map<number, Waiting>()
  const closed = Promise.withResolvers<void>()
  let requests = 0

  const end = (reason: unknown): void => {
    onEnd()
    const error = new StoreError('writer_ended', `The writer thread has ended: ${reason}`)
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
    closed.resolve()
  }
  worker.on('error', end)
  worker.on('exit', end)
  worker.on('message', (response: WriterResponse) => {
    if (response.kind === 'closed') {
      closed.resolve()
      return
    }
    const caller = waiting.get(response.id)
    waiting.delete(response.id)
    if (response.kind === 'committed') caller?.resolve(response.results)
    else caller?.reject(toError(response.failure))
  })

  const ask = (
    database: DatabaseFile,
    statements: readonly Statement[] | null,
  ): Promise<readonly Committed[]> =>
    new Promise((resolve, reject) => {
      requests += 1
      const id = requests
      waiting.set(id, { resolve, reject })
      if (statements === null) send({ kind: 'rewrite', id, database })
      else send({ kind: 'commit', id, database, statements: JSON.stringify(statements) })
    })

  return {
    commit: (database, statements) => ask(database, statements),
    rewrite: (database) => ask(database, null),
    close: async () => {
      send({ kind: 'close' })
      await closed.promise
      await worker.terminate()
    },
  }
}
