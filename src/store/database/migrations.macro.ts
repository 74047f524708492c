import { join } from 'node:path'
import { readMigrationFiles } from 'drizzle-orm/migrator'

/** One migration as drizzle-kit wrote it; a type of plain values, so that a macro can return it. */
export type Migration = { statements: string[]; createdAtMs: number; hash: string }

/**
 * Runs while latch is built and becomes the value it returns, so the SQL is inside the executable,
 * where there is no folder to read.
 */
export function embedMigrations(): Migration[] {
  const migrationsFolder = join(import.meta.dir, '../../../drizzle')
  return readMigrationFiles({ migrationsFolder }).map((migration) => ({
    statements: migration.sql,
    createdAtMs: migration.folderMillis,
    hash: migration.hash,
  }))
}
