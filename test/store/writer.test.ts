import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { openClient } from '../../src/store/database/client.ts'
import { isUniqueViolation } from '../../src/store/failures.ts'
import { createRowCache, OWNED_DATABASE_LIFETIME } from '../../src/store/reading/row-cache.ts'
import {
  type Committer,
  createCommitter,
  openFileCommitter,
} from '../../src/store/writer/committer.ts'
import { startThreadCommitter } from '../../src/store/writer/thread-committer.ts'
import { createWriter } from '../../src/store/writer/writer.ts'
import { tempDir } from '../harness/temp-dir.ts'
import { databaseFile, errorOf, insert, openRows, row } from './rows.ts'

async function holdLock(file: string, milliseconds: number) {
  const script = join(import.meta.dir, '../harness/hold-write-lock.ts')
  const command = [process.execPath, script, file, String(milliseconds)]
  const holder = Bun.spawn(command, { stdout: 'pipe' })
  await holder.stdout.getReader().read()
  return holder
}

const committers: [string, (file: string) => Promise<Committer>][] = [
  ['by its own client', async (file) => createCommitter(await openClient(file))],
  ['in a thread of its own', async (file) => startThreadCommitter(databaseFile(file))],
]

for (const [where, startCommitter] of committers) {
  const open = async () => {
    const file = join(tempDir(), 'test.db')
    const client = await openRows(file)
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
    test('commits concurrent writes together, and gives each caller its own results', async () => {
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

    test('inserts the rows of many callers with one statement, unchanged', async () => {
      const { writer, client, committer } = await open()
      const texts = ['', 'é😀', '"\\\n', "'); drop table rows; --", '1', 'null', null]
      await Promise.all(texts.map((text, id) => writer.commit([row(id, text)])))
      const { rows } = await client.execute('SELECT id, text, typeof(id) AS type FROM rows')
      expect(rows.map(({ id, text, type }) => [id, text, type])).toEqual(
        texts.map((text, id) => [id, text, 'integer']),
      )
      await committer.close()
    })

    test('commits all of a write or none', async () => {
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

    test("isolates one caller's conflict without committing every caller separately", async () => {
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

    test('runs a statement again that has failed, and after its table has changed', async () => {
      const { writer, client, ids, committer } = await open()
      const returning = { sql: 'UPDATE rows SET text = ? RETURNING id, text', args: ['x'] }
      await writer.commit([insert(1), row(2)])
      for (const _ of [1, 2]) {
        expect(String(await errorOf(writer.commit([insert(1)])))).toContain('UNIQUE')
        expect(String(await errorOf(writer.commit([row(2)])))).toContain('UNIQUE')
      }
      await writer.commit([insert(3), row(4)])
      const [before] = await writer.commit([returning])
      await client.execute('ALTER TABLE rows ADD COLUMN more TEXT')
      await writer.commit([insert(5), row(6)])
      const [after] = await writer.commit([returning])
      expect(before?.returned).toEqual([1, 2, 3, 4].map((id) => ({ id, text: 'x' })))
      expect(after?.returned).toEqual([1, 2, 3, 4, 5, 6].map((id) => ({ id, text: 'x' })))
      expect(await ids()).toEqual([1, 2, 3, 4, 5, 6])
      await committer.close()
    })

    test('is idle once all writes are committed', async () => {
      const { writer, ids, committer } = await open()
      const written = Array.from({ length: 50 }, (_, id) => writer.commit([row(id)]))
      await writer.idle()
      expect(await ids()).toHaveLength(50)
      await Promise.all(written)
      await committer.close()
    })
  })
}

test('a new connection applies the settings of the file too', async () => {
  const file = join(tempDir(), 'test.db')
  await openRows(file)
  for (const [synchronous, code] of [
    ['normal', 1],
    ['full', 2],
  ] as const) {
    const committer = await openFileCommitter(databaseFile(file, synchronous))
    // What the connection that writes is set to, told by what it writes.
    const tell = async () => {
      await committer.commit([
        { sql: 'DELETE FROM rows', args: [] },
        { sql: 'INSERT INTO rows (id) SELECT synchronous FROM pragma_synchronous', args: [] },
      ])
      const client = await openClient(file)
      return (await client.execute('SELECT id FROM rows')).rows[0]?.['id']
    }
    expect(await tell()).toBe(code)
    const holder = await holdLock(file, 200)
    expect(await tell()).toBe(code)
    await holder.exited
    await committer.close()
  }
})

test('what is read once a write is done is what was written, whatever was read meanwhile', async () => {
  const file = join(tempDir(), 'test.db')
  const client = await openRows(file)
  const committer = startThreadCommitter(databaseFile(file))
  const writer = createWriter(committer)
  const cacheRead = createRowCache(writer, OWNED_DATABASE_LIFETIME)
  const read = cacheRead(['rows'], async (id) => {
    const { rows } = await client.execute({ sql: 'SELECT text FROM rows WHERE id = ?', args: [id] })
    return rows[0] === undefined ? null : { text: rows[0]['text'] }
  })
  await writer.commit([row(1, '0')])
  for (let turn = 1; turn <= 50; turn += 1) {
    const update = { sql: 'UPDATE rows SET text = ? WHERE id = 1', args: [String(turn)] }
    const committing = writer.commit([update])
    await new Promise((resolve) => setImmediate(resolve))
    await read('1')
    await committing
    expect(await read('1')).toEqual({ text: String(turn) })
  }
  await committer.close()
})

test('commits are counted with their rows, and those that fail are not', async () => {
  const file = join(tempDir(), 'test.db')
  const client = await openRows(file)
  const seen: number[] = []
  const writer = createWriter(createCommitter(client), (statements) => seen.push(statements))
  await writer.commit([insert(1), row(2)])
  expect(await errorOf(writer.commit([insert(1)]))).not.toBeNull()
  await writer.commit([row(3)])
  expect(seen).toEqual([2, 1])
})
