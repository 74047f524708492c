import { StoreError } from '../store-error.ts'
import type { Client } from './client.ts'
import type { Migration } from './migrations.macro.ts'

/** The table that drizzle-kit keeps, in its own form, so that its tools still read it. */
const CREATE_JOURNAL = `CREATE TABLE IF NOT EXISTS __drizzle_migrations (
  id INTEGER PRIMARY KEY, hash TEXT NOT NULL, created_at NUMERIC)`

/**
 * Brings the database up to `migrations`, each in a transaction of its own, and answers how many
 * were applied. Throws `StoreError` where the database knows a migration that this executable does
 * not: it is newer, and an older latch could only harm it.
 */
export async function migrate(client: Client, migrations: readonly Migration[]): Promise<number> {
  await client.execute(CREATE_JOURNAL)
  const applied = await readApplied(client)
  for (const hash of applied) {
    if (!migrations.some((migration) => migration.hash === hash)) {
      throw new StoreError(
        'database_newer',
        'The database was made by a newer latch than this one. Run that version (or a later ' +
          'one), or restore a backup that was made before the upgrade.',
      )
    }
  }
  const pending = migrations.filter((migration) => !applied.has(migration.hash))
  for (const migration of pending) {
    try {
      await apply(client, migration)
    } catch (error) {
      // Of several that start at once on a server's database, one is first.
      if (!(await readApplied(client)).has(migration.hash)) throw error
    }
  }
  if (pending.length > 0) await refuseBrokenReferences(client)
  return pending.length
}

async function readApplied(client: Client): Promise<Set<string>> {
  const { rows } = await client.execute('SELECT hash FROM __drizzle_migrations')
  return new Set(rows.map((row) => String(row['hash'])))
}

async function apply(client: Client, migration: Migration): Promise<void> {
  const record = 'INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)'
  await client.migrate([
    ...migration.statements,
    { sql: record, args: [migration.hash, migration.createdAtMs] },
  ])
}

/** Migrations run with foreign keys off (libSQL's `migrate`), so nothing has checked them yet. */
async function refuseBrokenReferences(client: Client): Promise<void> {
  const { rows } = await client.execute('PRAGMA foreign_key_check')
  const [first] = rows
  if (first !== undefined) {
    throw new StoreError(
      'database_damaged',
      `The database has ${rows.length} rows that refer to nothing, the first in table ` +
        `"${String(first['table'])}". Restore a backup.`,
    )
  }
}
