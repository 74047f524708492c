import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { applySettings, openClient } from '../../src/store/client.ts'
import { type Committer, createCommitter } from '../../src/store/committer.ts'
import { isUniqueViolation } from '../../src/store/failures.ts'
import { startThreadCommitter } from '../../src/store/thread-committer.ts'
import { createWriter } from '../../src/store/writer.ts'
import { rowInserter } from '../../src/store/writes.ts'
import { tempDir } from '../harness/temp-dir.ts'

const INSERT = 'INSERT INTO rows (id) VALUES (?)'
const insert = (id: number) => ({ sql: INSERT, args: [id] })
const inserter = rowInserter('rows', ['id', 'text'])
const row = (id: number, text: string | null = null) => ({ inserter, row: [id, text] })

/** `expect(…).rejects` waits in a way in which nothing comes from another thread. */
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )

async function holdLock(file: string, milliseconds: number) {
  const script = join(import.meta.dir, '../harness/hold-write-lock.ts')
  const command = [process.execPath, script, file, String(milliseconds)]
  const holder = Bun.spawn(command, { stdout: 'pipe' })
  await holder.stdout.getReader().read()
  return holder
}

const committers: [string, (file: string) => Promise<Committer>][] = [
  ['by its own client', async (file) => createCommitter(await openClient(file))],
  ['in a thread of its own', async (file) => startThreadCommitter(file, 'full')],
]

for (const [where, startCommitter] of committers) {
  const open = async () => {
    const file = join(tempDir(), 'test.db')
    const client = await openClient(file)
    await client.execute('CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)')
    const ids = async () =>
      (await client.execute('SELECT id FROM rows ORDER BY id')).rows.map((found) => found['id'])
    const committer = await startCommitter(file)
    const counted = { commits: 0 }
    const writer = createWriter({
      ...committer,
      commit: (statements) => {
        counted.commits += 1
        return committer.commit(statements)
      },
    })
    return { file, client, ids, writer, committer, counted }
  }

  describe(`the writer ${where}`, () => {
    test('commits what many callers wrote at once, and gives each its own results', async () => {
      const { writer, ids, counted, committer } = await open()
      await writer.commit(Array.from({ length: 200 }, (_, id) => insert(id)))
      const results = await Promise.all(
        Array.from({ length: 100 }, (_, id) =>
          writer.commit([
            { sql: 'DELETE FROM rows WHERE id >= ? AND id < ?', args: [id * 2, id * 2 + (id % 3)] },
            row(1000 + id),
            { sql: 'UPDATE rows SET text = ? WHERE id = ?', args: ['x', -1] },
          ]),
        ),
      )
      expect(results).toEqual(
        Array.from({ length: 100 }, (_, id) => [{ rowsAffected: id % 3 }, { rowsAffected: 0 }]),
      )
      expect((await ids()).filter((id) => Number(id) >= 1000)).toHaveLength(100)
      expect(counted.commits).toBeLessThanOrEqual(3)
      await committer.close()
    })

    test('inserts rows of many callers by one statement, with what is in them', async () => {
      const { writer, client, committer } = await open()
      const texts = ['', 'é😀', '"\\\n', "'); drop table rows; --", '1', 'null', null]
      await Promise.all(texts.map((text, id) => writer.commit([row(id, text)])))
      const { rows } = await client.execute('SELECT id, text, typeof(id) AS type FROM rows')
      expect(rows.map(({ id, text, type }) => [id, text, type])).toEqual(
        texts.map((text, id) => [id, text, 'integer']),
      )
      await committer.close()
    })

    test('takes all of a write or none', async () => {
      const { writer, ids, committer } = await open()
      await writer.commit([insert(1)])
      for (const clash of [
        [insert(2), insert(1)],
        [insert(2), row(1)],
        [row(2), row(1)],
      ]) {
        expect(String(await errorOf(writer.commit(clash)))).toContain('UNIQUE')
      }
      expect(await ids()).toEqual([1])
      await committer.close()
    })

    test("lets one caller's conflict fail no other caller, and commits not each alone", async () => {
      const { writer, ids, counted, committer } = await open()
      await writer.commit([row(40)])
      counted.commits = 0
      const settled = await Promise.allSettled(
        Array.from({ length: 64 }, (_, id) => writer.commit([id % 2 === 0 ? row(id) : insert(id)])),
      )
      const failed = settled.flatMap((one, id) => (one.status === 'rejected' ? [id] : []))
      expect(failed).toEqual([40])
      const [{ reason }] = settled.filter((one) => one.status === 'rejected') as [
        PromiseRejectedResult,
      ]
      expect(isUniqueViolation(reason)).toBe(true)
      expect(await ids()).toHaveLength(64)
      expect(counted.commits).toBeLessThanOrEqual(14)
      await committer.close()
    })

    test('recovers from a lock that another process holds, with no write lost', async () => {
      const { file, writer, ids, committer } = await open()
      const holder = await holdLock(file, 400)
      await Promise.all([1, 2, 3].map((id) => writer.commit([insert(id)])))
      expect(await ids()).toEqual([1, 2, 3])
      await writer.commit([insert(4)])
      expect(await ids()).toEqual([1, 2, 3, 4])
      await holder.exited
      await committer.close()
    })

    test('is idle once all that was written is there', async () => {
      const { writer, ids, committer } = await open()
      const written = Array.from({ length: 50 }, (_, id) => writer.commit([row(id)]))
      await writer.idle()
      expect(await ids()).toHaveLength(50)
      await Promise.all(written)
      await committer.close()
    })
  })
}

test('a client keeps to what is set when its connection is new', async () => {
  const file = join(tempDir(), 'test.db')
  const client = await openClient(file, 'normal')
  await client.execute('CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)')
  const onReconnect = () => applySettings(client, 'normal')
  const writer = createWriter(createCommitter(client, { onReconnect }))
  const read = async () => [
    (await client.execute('PRAGMA synchronous')).rows[0]?.[0],
    (await client.execute('PRAGMA wal_autocheckpoint')).rows[0]?.[0],
  ]
  const set = await read()
  expect(set).toEqual([1, 4000])
  const holder = await holdLock(file, 200)
  await writer.commit([insert(1)])
  expect(await read()).toEqual(set)
  await holder.exited
  const full = await openClient(file)
  expect((await full.execute('PRAGMA synchronous')).rows[0]?.[0]).toBe(2)
})

describe('a thread that writes', () => {
  test('tells every caller why it cannot open its file', async () => {
    const committer = startThreadCommitter(join(tempDir(), 'no', 'such', 'folder.db'), 'full')
    for (const id of [1, 2]) {
      expect(String(await errorOf(committer.commit([insert(id)])))).toContain('Unable to open')
    }
    await committer.close()
  })

  test('has none of its callers wait for ever once it is gone', async () => {
    const file = join(tempDir(), 'test.db')
    const client = await openClient(file)
    await client.execute('CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)')
    const committer = startThreadCommitter(file, 'full')
    await committer.commit([insert(1)])
    await committer.close()
    const error = await errorOf(committer.commit([insert(2)]))
    expect(error).toMatchObject({ code: 'writer_broken' })
  })
})
