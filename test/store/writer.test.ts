import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { applySynchronous, openClient } from '../../src/store/client.ts'
import { isUniqueViolation } from '../../src/store/failures.ts'
import { createWriter } from '../../src/store/writer.ts'
import { tempDir } from '../harness/temp-dir.ts'

const INSERT = 'INSERT INTO rows (id) VALUES (?)'

async function open() {
  const file = join(tempDir(), 'test.db')
  const client = await openClient(file)
  await client.execute('CREATE TABLE rows (id INTEGER PRIMARY KEY)')
  const ids = async () =>
    (await client.execute('SELECT id FROM rows ORDER BY id')).rows.map((row) => row['id'])
  return { file, client, ids, writer: createWriter(client) }
}

describe('the writer', () => {
  test('commits what many callers wrote at once, and gives each its own results', async () => {
    const { writer, ids } = await open()
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, id) =>
        writer.commit([{ sql: `${INSERT} RETURNING id`, args: [id] }]),
      ),
    )
    expect(results.map(([result]) => result?.rows[0]?.['id'])).toEqual(
      Array.from({ length: 100 }, (_, id) => id),
    )
    expect(await ids()).toHaveLength(100)
  })

  test('takes all of a write or none', async () => {
    const { writer, ids } = await open()
    await writer.commit([{ sql: INSERT, args: [1] }])
    const clash = writer.commit([
      { sql: INSERT, args: [2] },
      { sql: INSERT, args: [1] },
    ])
    await expect(clash).rejects.toThrow('UNIQUE')
    await clash.catch(() => {})
    expect(await ids()).toEqual([1])
  })

  test("lets one caller's conflict fail no other caller", async () => {
    const { writer, ids } = await open()
    const [good, clash, alsoGood] = await Promise.allSettled([
      writer.commit([{ sql: INSERT, args: [1] }]),
      writer.commit([{ sql: INSERT, args: [1] }]),
      writer.commit([{ sql: INSERT, args: [2] }]),
    ])
    expect(good.status).toBe('fulfilled')
    expect(alsoGood.status).toBe('fulfilled')
    expect(clash.status === 'rejected' && isUniqueViolation(clash.reason)).toBe(true)
    expect(await ids()).toEqual([1, 2])
  })

  test('keeps to what is set when its connection is new', async () => {
    const { file } = await open()
    const client = await openClient(file, 'normal')
    const onReconnect = () => applySynchronous(client, 'normal')
    const writer = createWriter(client, { onReconnect })
    const read = async () => (await client.execute('PRAGMA synchronous')).rows[0]?.[0]
    expect(await read()).toBe(1)
    const script = join(import.meta.dir, '../harness/hold-write-lock.ts')
    const holder = Bun.spawn([process.execPath, script, file, '200'], { stdout: 'pipe' })
    await holder.stdout.getReader().read()
    await writer.commit([{ sql: INSERT, args: [1] }])
    expect(await read()).toBe(1)
    await holder.exited
    const full = await openClient(file)
    expect((await full.execute('PRAGMA synchronous')).rows[0]?.[0]).toBe(2)
  })

  test('recovers from a lock that another process holds, with no write lost', async () => {
    const { file, writer, ids } = await open()
    const holder = Bun.spawn(
      [process.execPath, join(import.meta.dir, '../harness/hold-write-lock.ts'), file, '400'],
      { stdout: 'pipe' },
    )
    const reader = holder.stdout.getReader()
    await reader.read()
    await Promise.all([1, 2, 3].map((id) => writer.commit([{ sql: INSERT, args: [id] }])))
    expect(await ids()).toEqual([1, 2, 3])
    await writer.commit([{ sql: INSERT, args: [4] }])
    expect(await ids()).toEqual([1, 2, 3, 4])
    await holder.exited
  })
})
