import { type Client, openClient, type Synchronous } from '../../src/store/database/client.ts'
import type { DatabaseFile } from '../../src/store/writer/committer.ts'
import { identityOf } from '../../src/store/writer/file-guard.ts'
import { type RowInsert, rowInserter, type Statement } from '../../src/store/writer/writes.ts'

const INSERT = 'INSERT INTO rows (id) VALUES (?)'
export const insert = (id: number): Statement => ({ sql: INSERT, args: [id] })
const inserter = rowInserter('rows', ['id', 'text'])
export const row = (id: number, text: string | null = null): RowInsert => ({
  inserter,
  row: [id, text],
})

/** `expect(…).rejects` waits in a way in which nothing comes from another thread. */
export const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )

export const databaseFile = (file: string, synchronous: Synchronous = 'full'): DatabaseFile => ({
  identity: identityOf(file),
  synchronous,
})

/** A new database with a table of rows. */
export async function openRows(file: string): Promise<Client> {
  const client = await openClient(file)
  await client.execute('CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)')
  return client
}
