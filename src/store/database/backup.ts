import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { createPrivate } from '../../secrets/private-files.ts'
import { StoreError } from '../store-error.ts'
import { fileUrl } from './client.ts'

const DATABASE = 'latch.db'

/**
 * Writes the database as it is at one moment into a new file, also while latch runs: a reader of
 * its own, which holds up nobody (SQLite's `VACUUM INTO`).
 */
export async function backupDatabase(dataDir: string, file: string): Promise<void> {
  const source = join(dataDir, DATABASE)
  if (!existsSync(source)) {
    throw new StoreError('data_dir_unusable', `There is no latch data in ${dataDir}.`)
  }
  // Of its owner alone, as what is sealed in it is not all that is in it. SQLite takes an empty file.
  if (!(await createPrivate(file))) {
    throw new StoreError('backup_unusable', `${file} is there already.`)
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

/** Throws `StoreError` for a file that is no sound database. */
export async function verifyDatabase(file: string): Promise<void> {
  if (!existsSync(file)) throw new StoreError('backup_unusable', `${file} is not there.`)
  const client = createClient({ url: fileUrl(file) })
  try {
    const integrity = await client.execute('PRAGMA integrity_check')
    const broken = await client.execute('PRAGMA foreign_key_check')
    if (integrity.rows[0]?.[0] === 'ok' && broken.rows.length === 0) return
  } catch {
    // Not a database at all is said in the same words.
  } finally {
    client.close()
  }
  throw new StoreError('backup_unusable', `${file} is damaged, or not a backup of latch.`)
}

/** Puts a database in the place of another one, which is kept beside it until that is done. */
export async function replaceDatabase(dataDir: string, file: string): Promise<void> {
  const target = join(dataDir, DATABASE)
  const incoming = `${target}.restored`
  await copyPrivately(file, incoming)
  // The log of the old database must not be played into the new one.
  for (const end of ['-wal', '-shm']) await rm(target + end, { force: true })
  await rename(incoming, target)
}

/** Resolves once the copy is on the disk. */
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
