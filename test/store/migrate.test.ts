import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { openClient, openServerClient } from '../../src/store/database/client.ts'
import { migrate } from '../../src/store/database/migrate.ts'
import { startHranaServer } from '../harness/hrana-server.ts'
import { tempDir } from '../harness/temp-dir.ts'

const first = { statements: ['CREATE TABLE one (id INTEGER)'], createdAtMs: 1, hash: 'first' }
const second = {
  statements: ['CREATE TABLE two (id INTEGER)', 'INSERT INTO two VALUES (2)'],
  createdAtMs: 2,
  hash: 'second',
}
const broken = {
  statements: ['CREATE TABLE three (id INTEGER)', 'INSERT INTO nowhere VALUES (1)'],
  createdAtMs: 3,
  hash: 'broken',
}

const open = () => openClient(join(tempDir(), 'test.db'))

test('migrations are applied once, in order', async () => {
  const client = await open()
  expect(await migrate(client, [first])).toBe(1)
  expect(await migrate(client, [first, second])).toBe(1)
  expect(await migrate(client, [first, second])).toBe(0)
  expect((await client.execute('SELECT id FROM two')).rows).toHaveLength(1)
})

test('a failed migration is rolled back, and earlier ones are kept', async () => {
  const client = await open()
  await expect(migrate(client, [first, broken])).rejects.toThrow('nowhere')
  const { rows } = await client.execute("SELECT name FROM sqlite_master WHERE name = 'three'")
  expect(rows).toHaveLength(0)
  expect(await migrate(client, [first, second])).toBe(1)
})

test('a database that is newer than the executable is refused and left alone', async () => {
  const client = await open()
  await migrate(client, [first, second])
  await expect(migrate(client, [first])).rejects.toMatchObject({
    name: 'StoreError',
    code: 'database_newer',
  })
})

test('broken references are found after a migration', async () => {
  const client = await open()
  const orphan = {
    statements: [
      'CREATE TABLE parent (id INTEGER PRIMARY KEY)',
      'CREATE TABLE child (id INTEGER, parent INTEGER REFERENCES parent(id))',
      'INSERT INTO child VALUES (1, 42)',
    ],
    createdAtMs: 1,
    hash: 'orphan',
  }
  await expect(migrate(client, [orphan])).rejects.toMatchObject({ code: 'database_damaged' })
})

test('several processes that migrate a server at once apply each migration once', async () => {
  const server = startHranaServer(join(tempDir(), 'server.db'), 'sesame')
  const connect = () => openServerClient({ url: server.url, authToken: 'sesame' })
  const counted = {
    statements: ['CREATE TABLE counted (n INTEGER)', 'INSERT INTO counted VALUES (0)'],
    createdAtMs: 1,
    hash: 'counted',
  }
  // Nothing in it fails the second time.
  const additions = [2, 3, 4, 5].map((createdAtMs) => ({
    statements: ['UPDATE counted SET n = n + 1'],
    createdAtMs,
    hash: `addition ${createdAtMs}`,
  }))
  const applied = await Promise.all(
    [1, 2, 3].map(() => migrate(connect(), [counted, ...additions])),
  )
  expect(applied.reduce((sum, count) => sum + count)).toBe(5)
  const client = connect()
  expect((await client.execute('SELECT n FROM counted')).rows[0]?.['n']).toBe(4)
  const journal = await client.execute('SELECT hash FROM __drizzle_migrations ORDER BY id')
  expect(journal.rows.map((row) => row['hash'])).toEqual(
    [counted, ...additions].map(({ hash }) => hash),
  )
  await server.stop()
})
