import { StoreError } from '../store-error.ts'
import type { Client } from './client.ts'
import type { Migration } from './migrations.macro.ts'

/** drizzle-kit's own table in its own format, so that its tools can still read it. */
const CREATE_JOURNAL = `CREATE TABLE IF NOT EXISTS __drizzle_migrations (
  id INTEGER PRIMARY KEY, hash TEXT NOT NULL, created_at NUMERIC)`

/**
 * Applies the missing `migrations`, each in its own transaction, and returns how many this call
 * applied. Several processes may run this at once on a server's database: each migration is applied
 * by one of them. Throws `StoreError` if the database contains a migration that this executable
 * does not know: it is newer, and an older latch could damage it.
 */
export async function migrate(client: Client, migrations: readonly Migration[]): Promise<number> {
  await client.execute(CREATE_JOURNAL)
  let count = 0
  let wasBehind = false
  for (;;) {
    const journal = await readJournal(client)
    refuseNewer(journal, migrations)
    const next = migrations.find(({ hash }) => !journal.hashes.has(hash))
    if (next === undefined) break
    wasBehind = true
    if (await applyIfFirst(client, next, journal.nextId)) count += 1
  }
  if (wasBehind) await refuseBrokenReferences(client)
  return count
}

type Journal = {
  /** The hashes of the migrations that are applied. */
  hashes: ReadonlySet<string>
  /** The id under which the next migration is recorded. */
  nextId: number
}

async function readJournal(client: Client): Promise<Journal> {
  const { rows } = await client.execute('SELECT id, hash FROM __drizzle_migrations')
  return {
    hashes: new Set(rows.map((row) => String(row['hash']))),
    nextId: Math.max(0, ...rows.map((row) => Number(row['id']))) + 1,
  }
}

function refuseNewer({ hashes }: Journal, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ hash }) => hash))
  if ([...hashes].every((hash) => known.has(hash))) return
  throw new StoreError(
    'database_newer',
    'The database was written by a newer version of latch. Run that version (or a later ' +
      'one), or restore a backup that was made before the upgrade.',
  )
}

/** Returns false if another process has applied a migration meanwhile, this one or another. */
async function applyIfFirst(client: Client, migration: Migration, id: number): Promise<boolean> {
  // Insert the record first: it takes the lock, and only one process can insert this id.
  const record = {
    sql: 'INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (?, ?, ?)',
    args: [id, migration.hash, migration.createdAtMs],
  }
  try {
    await client.migrate([record, ...migration.statements])
    return true
  } catch (error) {
    const { nextId } = await readJournal(client)
    if (nextId > id) return false
    throw error
  }
}

/** Migrations run with foreign keys off (libSQL's `migrate`), so check them afterwards. */
async function refuseBrokenReferences(client: Client): Promise<void> {
  const { rows } = await client.execute('PRAGMA foreign_key_check')
  const [first] = rows
  if (first !== undefined) {
    throw new StoreError(
      'database_damaged',
      `The database has ${rows.length} rows with a broken reference, the first in table ` +
        `"${String(first['table'])}". Restore a backup.`,
    )
  }
}
