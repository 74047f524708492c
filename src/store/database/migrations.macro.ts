import { join } from 'node:path'
import { readMigrationFiles } from 'drizzle-orm/migrator'

/** One migration as drizzle-kit wrote it; plain values only, so that a macro can return it. */
export type Migration = { statements: string[]; createdAtMs: number; hash: string }

/**
 * Runs at build time and is replaced by its result, so that the SQL is embedded in the executable,
 * which has no migrations folder to read.
 */
export function embedMigrations(): Migration[] {
  const migrationsFolder = join(import.meta.dir, '../../../drizzle')
  return readMigrationFiles({ migrationsFolder }).map((migration) => ({
    statements: migration.sql,
    createdAtMs: migration.folderMillis,
    hash: migration.hash,
  }))
}
