import { Worker } from 'node:worker_threads'
import type { Synchronous } from './client.ts'
import type { Committed, Committer } from './committer.ts'
import { StoreError } from './store-error.ts'
import { type Order, type Report, toError } from './thread-messages.ts'

/** Put in by the build, which gives the thread's file another place. */
declare const LATCH_WRITER_THREAD: string | undefined

const threadFile = (): string | URL =>
  typeof LATCH_WRITER_THREAD === 'string'
    ? LATCH_WRITER_THREAD
    : new URL('./writer-thread.ts', import.meta.url)

type Waiting = { resolve(results: readonly Committed[]): void; reject(error: Error): void }

/**
 * Writes to a database file in a thread of its own. A libSQL call blocks the thread that makes it,
 * until the disk has it: requests that write nothing would wait for each commit, on a disk that
 * takes 10 ms as long. Links with a fresh idempotency key each went from 0.2 to 0.4 of a bare handler
 * by this and by inserting their records together.
 */
export function startThreadCommitter(file: string, synchronous: Synchronous): Committer {
  const thread = new Worker(threadFile())
  const order = (message: Order): void => thread.postMessage(message)
  const waiting = new Map<number, Waiting>()
  const closed = Promise.withResolvers<void>()
  let commits = 0
  let broken: StoreError | null = null

  const giveUp = (error: unknown): void => {
    broken ??= new StoreError('writer_broken', `The thread that writes has ended: ${String(error)}`)
    for (const { reject } of waiting.values()) reject(broken)
    waiting.clear()
    closed.resolve()
  }
  thread.on('error', giveUp)
  thread.on('exit', giveUp)
  thread.on('message', (report: Report) => {
    if (report.kind === 'closed') {
      closed.resolve()
      return
    }
    const caller = waiting.get(report.id)
    waiting.delete(report.id)
    if (report.kind === 'committed') caller?.resolve(report.results)
    else caller?.reject(toError(report.failure))
  })
  order({ kind: 'open', file, synchronous })

  return {
    capacity: 2,
    commit: (statements) =>
      new Promise((resolve, reject) => {
        if (broken !== null) {
          reject(broken)
          return
        }
        commits += 1
        waiting.set(commits, { resolve, reject })
        order({ kind: 'commit', id: commits, statements })
      }),
    close: async () => {
      order({ kind: 'close' })
      await closed.promise
      await thread.terminate()
    },
  }
}
