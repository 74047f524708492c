import { getTableName } from 'drizzle-orm'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { schemaTables } from '../schema/tables.ts'
import type { Statement } from './writes.ts'

/** A number a table, another one whenever something in it may have changed. */
export type TableVersions = {
  /** Answers a function that tells the number of these tables together. */
  watch(tables: readonly string[]): () => number
  /** Calls `listener` whenever something in a table may have changed; answers what ends that. */
  listen(table: string, listener: () => void): () => void
  /** After a commit of these statements, or an attempt at one. */
  bump(statements: readonly Statement[]): void
  /**
   * After a commit that failed: what made a statement fail may be what another process has written to
   * the tables that it reads.
   */
  bumpRead(statements: readonly Statement[]): void
}

/**
 * What a change to a table can take along, by the tables' names: the tables that refer to it by a
 * foreign key whose action changes them, and those that refer to these.
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

const TARGET = /^\s*(?:insert(?: or \w+)? into|update|delete from)\s+"?(\w+)/i

/** Which table a statement writes to; null where that is not to be seen, and it may be any. */
function tableOf({ sql }: Statement): string | null {
  const [, table = null] = TARGET.exec(sql) ?? []
  return table
}

type Version = { count: number; listeners: Set<() => void> }

export function createTableVersions(): TableVersions {
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
    bump: (statements) => {
      for (const table of new Set(statements.map(tableOf))) {
        const touched = table === null ? [] : [table, ...(cascades.get(table) ?? [])]
        for (const version of table === null ? [ofAny] : touched.map(versionOf)) {
          version.count += 1
          for (const listener of version.listeners) listener()
        }
      }
    },
    bumpRead: (statements) => {
      for (const table of new Set(statements.flatMap(({ reads = [] }) => reads))) {
        versionOf(table).count += 1
      }
    },
  }
}
