import { isUnavailable } from '../failures.ts'
import type { Committed, Committer } from './committer.ts'
import { createTableVersions } from './table-versions.ts'
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

type Unit = {
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
  const queue: Unit[] = []
  const underWay = new Set<Promise<void>>()
  const versions = createTableVersions()
  let isTaking = false

  async function settle(units: readonly Unit[]): Promise<void> {
    const writes = units.flatMap((unit) => unit.writes)
    const startedMs = performance.now()
    const outcome = await run(statementsOf(writes))
    if (outcome.kind === 'committed') {
      tell(units, outcome.results)
      onCommit?.(writes.length, (performance.now() - startedMs) / 1000)
    } else if (units.length === 1 || isUnavailable(outcome.error)) {
      for (const unit of units) unit.reject(outcome.error)
    } else {
      // One caller's conflict must not fail the others. Halving isolates 1 conflict among 64 in 12
      // commits.
      const half = Math.ceil(units.length / 2)
      await settle(units.slice(0, half))
      await settle(units.slice(half))
    }
  }

  async function run(statements: readonly Statement[]): Promise<Outcome> {
    try {
      return { kind: 'committed', results: await committer.commit(statements) }
    } catch (error) {
      versions.bumpRead(statements)
      return { kind: 'failed', error }
    } finally {
      // Invalidate before the callers are notified: anything read meanwhile may be old or new. Also
      // after a failure, as the response of a successful commit can be lost.
      versions.bump(statements)
    }
  }

  function take(): void {
    isTaking = false
    while (queue.length > 0 && underWay.size < committer.capacity) {
      const isFirstOfTwo =
        committer.capacity > 1 && underWay.size === 0 && queue.length >= MIN_FOR_TWO_COMMITS
      const units = queue.splice(0, isFirstOfTwo ? Math.ceil(queue.length / 2) : queue.length)
      const settling = settle(units).finally(() => {
        underWay.delete(settling)
        take()
      })
      underWay.add(settling)
    }
  }

  return {
    commit: (writes) =>
      new Promise((resolve, reject) => {
        queue.push({ writes, resolve, reject })
        if (isTaking) return
        isTaking = true
        // Writes that arrive within one turn of the event loop share a commit, and so one fsync.
        setImmediate(take)
      }),
    watch: versions.watch,
    listen: versions.listen,
    idle: async () => {
      while (isTaking || underWay.size > 0) {
        await new Promise((resolve) => setImmediate(resolve))
        await Promise.all(underWay)
      }
    },
  }
}

/** Gives each caller its own results. */
function tell(units: readonly Unit[], results: readonly Committed[]): void {
  let start = 0
  for (const { writes, resolve } of units) {
    const count = writes.filter((write) => 'sql' in write).length
    resolve(results.slice(start, start + count))
    start += count
  }
}
