import { isUnavailable } from '../failures.ts'
import { createCacheInvalidation } from './cache-invalidation.ts'
import type { Committed, Committer } from './committer.ts'
import { type Statement, statementsOf, type Write } from './writes.ts'

export type Writer = {
  /**
   * Commits all of `writes` or none, in one transaction with concurrent writes of other callers,
   * and resolves when they are on disk. Returns the result of each statement, but none for rows
   * that were inserted in bulk. Rejects with the database's error if the commit fails.
   */
  commit(writes: readonly Write[]): Promise<readonly Committed[]>
  /**
   * Returns a function whose number changes whenever something in these tables may have changed.
   */
  watch(tables: readonly string[]): () => number
  /**
   * Calls `listener` after each commit that may have changed a table, before the caller's promise
   * resolves. Returns a function that stops it.
   */
  listen(table: string, listener: () => void): () => void
  /** Resolves once no write is pending. */
  idle(): Promise<void>
}

/**
 * Called after every commit, once its callers are notified, with the number of statements and rows,
 * and the duration.
 */
export type OnCommit = (statements: number, seconds: number) => void

type PendingCommit = {
  writes: readonly Write[]
  resolve(results: readonly Committed[]): void
  reject(error: unknown): void
}

type Outcome =
  | { kind: 'committed'; results: readonly Committed[] }
  | { kind: 'failed'; error: unknown }

/**
 * From this many waiting writes on, two commits are made, so that the callers of the first are
 * served during the second.
 */
const MIN_FOR_TWO_COMMITS = 16

/** The only way to write to the database: one queue, and no interactive transactions. */
export function createWriter(committer: Committer, onCommit?: OnCommit): Writer {
  const queue: PendingCommit[] = []
  const running = new Set<Promise<void>>()
  const caches = createCacheInvalidation()
  let isScheduled = false

  async function commitTogether(commits: readonly PendingCommit[]): Promise<void> {
    const writes = commits.flatMap((pending) => pending.writes)
    const startedMs = performance.now()
    const outcome = await run(statementsOf(writes))
    if (outcome.kind === 'committed') {
      resolveEach(commits, outcome.results)
      onCommit?.(writes.length, (performance.now() - startedMs) / 1000)
    } else if (commits.length === 1 || isUnavailable(outcome.error)) {
      for (const pending of commits) pending.reject(outcome.error)
    } else {
      // One caller's conflict must not fail the others. Halving isolates 1 conflict among 64 in 12
      // commits.
      const half = Math.ceil(commits.length / 2)
      await commitTogether(commits.slice(0, half))
      await commitTogether(commits.slice(half))
    }
  }

  async function run(statements: readonly Statement[]): Promise<Outcome> {
    try {
      return { kind: 'committed', results: await committer.commit(statements) }
    } catch (error) {
      caches.invalidateReads(statements)
      return { kind: 'failed', error }
    } finally {
      // Invalidate before the callers are notified: anything read meanwhile may be old or new. Also
      // after a failure, as the response of a successful commit can be lost.
      caches.invalidate(statements)
    }
  }

  function startCommits(): void {
    isScheduled = false
    while (queue.length > 0 && running.size < committer.capacity) {
      const isFirstOfTwo =
        committer.capacity > 1 && running.size === 0 && queue.length >= MIN_FOR_TWO_COMMITS
      const commits = queue.splice(0, isFirstOfTwo ? Math.ceil(queue.length / 2) : queue.length)
      const committing = commitTogether(commits).finally(() => {
        running.delete(committing)
        startCommits()
      })
      running.add(committing)
    }
  }

  return {
    commit: (writes) =>
      new Promise((resolve, reject) => {
        queue.push({ writes, resolve, reject })
        if (isScheduled) return
        isScheduled = true
        // Writes that arrive within one turn of the event loop share a commit, and so one fsync.
        setImmediate(startCommits)
      }),
    watch: caches.watch,
    listen: caches.listen,
    idle: async () => {
      while (isScheduled || running.size > 0) {
        await new Promise((resolve) => setImmediate(resolve))
        await Promise.all(running)
      }
    },
  }
}

/** Gives each caller its own results. */
function resolveEach(commits: readonly PendingCommit[], results: readonly Committed[]): void {
  let start = 0
  for (const { writes, resolve } of commits) {
    const count = writes.filter((write) => 'sql' in write).length
    resolve(results.slice(start, start + count))
    start += count
  }
}
