import type { Statement } from './writes.ts'

/** A number a table, another one whenever something in it may have changed. */
export type TableVersions = {
  /** Answers a function that tells the number of these tables together. */
  watch(tables: readonly string[]): () => number
  bump(statements: readonly Statement[]): void
}

/** What a change to a table can take along: foreign keys that cascade. */
const CASCADES: Readonly<Record<string, readonly string[]>> = {
  integrations: ['channel_connections', 'channel_endpoints'],
  subscribers: ['channel_endpoints'],
  environments: [
    'api_keys',
    'integrations',
    'subscribers',
    'contexts',
    'channel_connections',
    'channel_endpoints',
  ],
}

const TARGET = /^\s*(?:insert(?: or \w+)? into|update|delete from)\s+"?(\w+)/i

/** Which table a statement writes to; null where that is not to be seen, and it may be any. */
function tableOf({ sql }: Statement): string | null {
  const [, table = null] = TARGET.exec(sql) ?? []
  return table
}

type Version = { count: number }

export function createTableVersions(): TableVersions {
  const versions = new Map<string, Version>()
  const ofAny: Version = { count: 0 }
  const versionOf = (table: string): Version => {
    const version = versions.get(table) ?? { count: 0 }
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
    bump: (statements) => {
      for (const table of new Set(statements.map(tableOf))) {
        const touched = table === null ? [] : [table, ...(CASCADES[table] ?? [])]
        for (const version of table === null ? [ofAny] : touched.map(versionOf)) version.count += 1
      }
    },
  }
}
