import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { createPrivate } from '../../secrets/private-files.ts'
import { StoreError } from '../store-error.ts'
import { fileUrl } from './client.ts'

const DATABASE = 'latch.db'

/**
 * Writes a consistent snapshot of the database to a new file with SQLite's `VACUUM INTO`. It can
 * run while latch serves, and blocks nobody.
 */
export async function backupDatabase(dataDir: string, file: string): Promise<void> {
  const source = join(dataDir, DATABASE)
  if (!existsSync(source)) {
    throw new StoreError('data_dir_unusable', `There is no latch data in ${dataDir}.`)
  }
  // Only the owner may read it, because not everything in the database is sealed. SQLite accepts an
  // empty file as the target.
  if (!(await createPrivate(file))) {
    throw new StoreError('backup_unusable', `${file} already exists.`)
  }
  const client = createClient({ url: fileUrl(source), timeout: 5000 })
  try {
    await client.execute({ sql: 'VACUUM INTO ?', args: [file] })
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    client.close()
  }
  await verifyDatabase(file)
}

/** Throws `StoreError` if the file is not an intact database. */
export async function verifyDatabase(file: string): Promise<void> {
  if (!existsSync(file)) throw new StoreError('backup_unusable', `${file} does not exist.`)
  const client = createClient({ url: fileUrl(file) })
  try {
    const integrity = await client.execute('PRAGMA integrity_check')
    const broken = await client.execute('PRAGMA foreign_key_check')
    if (integrity.rows[0]?.[0] === 'ok' && broken.rows.length === 0) return
  } catch {
    // A file that is not a database gets the same error.
  } finally {
    client.close()
  }
  throw new StoreError('backup_unusable', `${file} is damaged, or is not a backup of latch.`)
}

/**
 * Replaces the database of a data directory; the old one stays in place until the copy is complete.
 */
export async function replaceDatabase(dataDir: string, file: string): Promise<void> {
  const target = join(dataDir, DATABASE)
  const incoming = `${target}.restored`
  await copyPrivately(file, incoming)
  // The write-ahead log of the old database must not be replayed into the new one.
  for (const end of ['-wal', '-shm']) await rm(target + end, { force: true })
  await rename(incoming, target)
}

/** Resolves once the copy is synced to disk. */
async function copyPrivately(from: string, to: string): Promise<void> {
  await rm(to, { force: true })
  await createPrivate(to)
  const handle = await open(to, 'r+')
  try {
    for await (const chunk of Bun.file(from).stream()) await handle.write(chunk)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
