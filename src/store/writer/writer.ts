import { isUnavailable } from '../failures.ts'
import type { Committed, Committer } from './committer.ts'
import { createTableVersions } from './table-versions.ts'
import { type Statement, statementsOf, type Write } from './writes.ts'

export type Writer = {
  /**
   * Commits all of `writes` or none, in one transaction with what other callers wrote meanwhile,
   * and answers when they are on the disk: what each statement came to, and nothing of rows that
   * were inserted together with others. Rejects with the database's error if they cannot be.
   */
  commit(writes: readonly Write[]): Promise<readonly Committed[]>
  /** Answers a function that tells another number whenever something in these tables may have changed. */
  watch(tables: readonly string[]): () => number
  /**
   * Calls `listener` after each commit that may have changed something in a table, before its caller
   * hears of it. Answers the function that ends it.
   */
  listen(table: string, listener: () => void): () => void
  /** Resolves once nothing is waiting to be committed. */
  idle(): Promise<void>
}

/** Hears of every commit once its callers have: how many statements and rows, and how long it took. */
export type OnCommit = (statements: number, seconds: number) => void

type Unit = {
  writes: readonly Write[]
  resolve(results: readonly Committed[]): void
  reject(error: unknown): void
}

type Outcome =
  | { kind: 'committed'; results: readonly Committed[] }
  | { kind: 'failed'; error: unknown }

/** As many at once are worth two commits, so that the callers of one are served during the other. */
const WORTH_TWO = 16

/** The only way to write: one queue, one transaction at a time, no interactive transactions. */
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
      // One caller's conflict must not fail the others. By halves, as one of 64 then costs 12 commits.
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
      // Before anybody hears of it. What is read meanwhile, old or new, is then worth nothing; and so
      // is it where it failed, as an answer can be lost on its way.
      versions.bump(statements)
    }
  }

  function take(): void {
    isTaking = false
    while (queue.length > 0 && underWay.size < committer.capacity) {
      const isFirstOfTwo =
        committer.capacity > 1 && underWay.size === 0 && queue.length >= WORTH_TWO
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
        // What arrives within one turn of the event loop shares a commit, and so one fsync.
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
