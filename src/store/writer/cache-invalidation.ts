import { getTableName } from 'drizzle-orm'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { schemaTables } from '../schema/tables.ts'
import type { Statement } from './writes.ts'

/** A version number per table, which changes whenever the table may have changed. */
export type CacheInvalidation = {
  /** Returns a function that gives the combined version of these tables. */
  watch(tables: readonly string[]): () => number
  /** Calls `listener` whenever a table may have changed; returns a function that stops it. */
  listen(table: string, listener: () => void): () => void
  /** Call it after a commit of these statements, successful or not. */
  invalidate(statements: readonly Statement[]): void
  /**
   * Call it after a failed commit: the cause may be what another process has written to the tables
   * that these statements read.
   */
  invalidateReads(statements: readonly Statement[]): void
}

/**
 * For each table, the tables that a change to it can also change: those that refer to it by a
 * foreign key with a changing action, and those that refer to these.
 */
export function cascadesOf(tables: readonly SQLiteTable[]): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, Set<string>>()
  for (const table of tables) {
    for (const { onDelete, onUpdate, reference } of getTableConfig(table).foreignKeys) {
      if (![onDelete, onUpdate].some((action) => CHANGING.test(action ?? ''))) continue
      const parent = getTableName(reference().foreignTable)
      children.set(parent, (children.get(parent) ?? new Set()).add(getTableName(table)))
    }
  }
  const reached = (parent: string, found: Set<string>): Set<string> => {
    for (const child of children.get(parent) ?? []) {
      if (!found.has(child)) reached(child, found.add(child))
    }
    return found
  }
  return new Map([...children.keys()].map((parent) => [parent, [...reached(parent, new Set())]]))
}

const CHANGING = /^(cascade|set null|set default)$/

const TARGET = /^\s*(insert into|insert or \w+ into|update|delete from)\s+"?(\w+)/i

/**
 * The tables that a statement may change; null if unknown, in which case it may be any. An insert
 * changes no row that refers to another, not even one that becomes an update: no reference has an
 * action `on update` (test/store/schema.test.ts). Backends store their subscribers all the time, and
 * that must not invalidate what is known about chat users.
 */
function tablesOf(
  { sql }: Statement,
  cascades: ReadonlyMap<string, readonly string[]>,
): readonly string[] | null {
  const [, verb, table] = TARGET.exec(sql) ?? []
  if (verb === undefined || table === undefined) return null
  return verb.toLowerCase() === 'insert into' ? [table] : [table, ...(cascades.get(table) ?? [])]
}

type Version = { count: number; listeners: Set<() => void> }

export function createCacheInvalidation(): CacheInvalidation {
  const cascades = cascadesOf(schemaTables())
  const versions = new Map<string, Version>()
  const ofAny: Version = { count: 0, listeners: new Set() }
  const versionOf = (table: string): Version => {
    const version = versions.get(table) ?? { count: 0, listeners: new Set() }
    versions.set(table, version)
    return version
  }
  return {
    watch: (tables) => {
      const watched = [ofAny, ...tables.map(versionOf)]
      return () => {
        let sum = 0
        for (const { count } of watched) sum += count
        return sum
      }
    },
    listen: (table, listener) => {
      const { listeners } = versionOf(table)
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    invalidate: (statements) => {
      const changed = new Set<Version>()
      for (const statement of statements) {
        const tables = tablesOf(statement, cascades)
        for (const version of tables?.map(versionOf) ?? [ofAny]) changed.add(version)
      }
      for (const version of changed) {
        version.count += 1
        for (const listener of version.listeners) listener()
      }
    },
    invalidateReads: (statements) => {
      for (const table of new Set(statements.flatMap(({ reads = [] }) => reads))) {
        versionOf(table).count += 1
      }
    },
  }
}
