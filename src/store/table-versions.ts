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

/** Which table a statement writes to; drizzle makes all of ours. */
function targetOf(write: InStatement): string {
  const text = typeof write === 'string' ? write : write.sql
  const [, table] = TARGET.exec(text) ?? []
  if (table === undefined) throw new Error(`not a write that is understood: ${text.slice(0, 60)}`)
  return table
}

export function createTableVersions(): TableVersions {
  const versions = new Map<string, number>()
  const raise = (table: string): void => {
    versions.set(table, (versions.get(table) ?? 0) + 1)
  }
  return {
    of: (tables) => tables.reduce((sum, table) => sum + (versions.get(table) ?? 0), 0),
    bump: (writes) => {
      for (const table of new Set(writes.map(targetOf))) {
        raise(table)
        for (const other of CASCADES[table] ?? []) raise(other)
      }
    },
  }
}
