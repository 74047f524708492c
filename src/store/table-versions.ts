import type { InStatement } from '@libsql/client'

/** A number a table, another one whenever something in it may have changed. */
export type TableVersions = {
  of(tables: readonly string[]): number
  bump(writes: readonly InStatement[]): void
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
function targetOf(write: InStatement): string | null {
  const [, table = null] = TARGET.exec(typeof write === 'string' ? write : write.sql) ?? []
  return table
}

export function createTableVersions(): TableVersions {
  const versions = new Map<string, number>()
  let ofAll = 0
  const raise = (table: string): void => {
    versions.set(table, (versions.get(table) ?? 0) + 1)
  }
  return {
    of: (tables) => tables.reduce((sum, table) => sum + (versions.get(table) ?? 0), ofAll),
    bump: (writes) => {
      for (const table of new Set(writes.map(targetOf))) {
        if (table === null) ofAll += 1
        else raise(table)
        for (const other of CASCADES[table ?? ''] ?? []) raise(other)
      }
    },
  }
}
