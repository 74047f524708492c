import type { InStatement, ResultSet } from '@libsql/client'
import type { Client } from './client.ts'
import { isUnavailable } from './failures.ts'
import { createTableVersions } from './table-versions.ts'

/** One statement of a write, not run yet. */
export type Write = InStatement

export type Writer = {
  /**
   * Commits all of `writes` or none, in one transaction with what other callers wrote meanwhile,
   * and answers when they are on the disk. Rejects with the database's error if they cannot be.
   */
  commit(writes: readonly Write[]): Promise<readonly ResultSet[]>
  /** Answers a function that tells another number whenever something in these tables may have changed. */
  watch(tables: readonly string[]): () => number
  /** Resolves once nothing is waiting to be committed. */
  idle(): Promise<void>
}

/** Hears of every commit: how many statements, and how long it took. */
export type OnCommit = (statements: number, seconds: number) => void

export type WriterOptions = {
  onCommit?: OnCommit | undefined
  /** Throws where nothing may be committed now. */
  guard?: (() => void) | undefined
  /** Sets up a connection that is new. */
  onReconnect?: (() => Promise<void>) | undefined
}

type Target = { client: Client } & Pick<WriterOptions, 'guard' | 'onReconnect'>

type Unit = {
  writes: readonly Write[]
  resolve(results: readonly ResultSet[]): void
  reject(error: unknown): void
}

/** Longer than anybody who behaves holds the lock (Litestream's checkpoints take it). */
const BUSY_WAIT_MS = 1000
const BUSY_PAUSE_MS = 25

/** A builder's statement (drizzle's insert, update, delete) as a write. */
export function toWrite(query: { toSQL(): { sql: string; params: unknown[] } }): Write {
  const { sql, params } = query.toSQL()
  return { sql, args: params.map(toSqlValue) }
}

function toSqlValue(value: unknown): string | number | bigint | null {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'bigint') return value
  throw new TypeError(`not a value that SQLite can hold: ${typeof value}`)
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY'

/** The only way to write: one queue, one transaction at a time, no interactive transactions. */
export function createWriter(client: Client, options: WriterOptions = {}): Writer {
  const { onCommit } = options
  let queue: Unit[] = []
  let draining: Promise<void> | null = null
  const versions = createTableVersions()

  async function drain(): Promise<void> {
    // What arrives within one turn of the event loop shares a commit, and so one fsync.
    await new Promise((resolve) => setImmediate(resolve))
    while (queue.length > 0) {
      const units = queue
      queue = []
      // Before as well as after: what is read meanwhile may be either.
      const writes = units.flatMap((unit) => unit.writes)
      versions.bump(writes)
      const startedMs = performance.now()
      await settle({ client, ...options }, units)
      onCommit?.(writes.length, (performance.now() - startedMs) / 1000)
      versions.bump(writes)
    }
    draining = null
  }

  return {
    commit: (writes) =>
      new Promise((resolve, reject) => {
        queue.push({ writes, resolve, reject })
        draining ??= drain()
      }),
    watch: versions.watch,
    idle: async () => {
      await draining
    },
  }
}

async function settle(target: Target, units: readonly Unit[]): Promise<void> {
  try {
    const results = await batch(
      target,
      units.flatMap((unit) => unit.writes),
    )
    let start = 0
    for (const unit of units) {
      unit.resolve(results.slice(start, start + unit.writes.length))
      start += unit.writes.length
    }
  } catch (error) {
    if (units.length === 1 || isUnavailable(error)) {
      for (const unit of units) unit.reject(error)
      return
    }
    // One caller's conflict must not fail the others: each goes alone, and hears its own error.
    for (const unit of units) await settle(target, [unit])
  }
}

async function batch(
  { client, guard, onReconnect }: Target,
  writes: InStatement[],
): Promise<ResultSet[]> {
  const startedMs = performance.now()
  for (;;) {
    // Outside of what is tried again: a new connection would make a new, empty file.
    guard?.()
    try {
      return await client.batch(writes, 'write')
    } catch (error) {
      // After one SQLITE_BUSY every later write fails until the connection is new, and after a full
      // disk the same: https://github.com/tursodatabase/libsql-client-ts/issues/352
      if (isUnavailable(error)) {
        await client.reconnect()
        await onReconnect?.()
      }
      if (!isBusy(error) || performance.now() - startedMs > BUSY_WAIT_MS) throw error
      await Bun.sleep(BUSY_PAUSE_MS)
    }
  }
}
