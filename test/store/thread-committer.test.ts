import { describe, expect, test } from 'bun:test'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isUnavailable } from '../../src/store/failures.ts'
import { createCommitter } from '../../src/store/writer/committer.ts'
import { guardFiles, identityOf } from '../../src/store/writer/file-guard.ts'
import { startThreadCommitter } from '../../src/store/writer/thread-committer.ts'
import { tempDir } from '../harness/temp-dir.ts'
import { databaseFile, errorOf, insert, openRows } from './rows.ts'

describe('the writer thread', () => {
  const open = async () => {
    const file = join(tempDir(), 'test.db')
    const client = await openRows(file)
    return { file, client, committer: startThreadCommitter(databaseFile(file)) }
  }

  test('rejects every commit while its file is gone, and continues when it is restored', async () => {
    const { file, committer } = await open()
    renameSync(file, `${file}.away`)
    for (const id of [1, 2]) {
      const error = await errorOf(committer.commit([insert(id)]))
      expect(error).toMatchObject({ code: 'database_gone' })
      expect(isUnavailable(error)).toBe(true)
    }
    renameSync(`${file}.away`, file)
    expect(await committer.commit([insert(3)])).toEqual([{ rowsAffected: 1 }])
    await committer.close()
  })

  for (const [ending, inWords] of [
    ['', 'the database'],
    ['-wal', 'its log'],
    ['-shm', "its log's index"],
  ] as const) {
    for (const change of ['removed', 'replaced'] as const) {
      test(`refuses every write once ${inWords} is ${change}, before the first and later`, async () => {
        for (const writesBefore of [false, true]) {
          const { file, client, committer } = await open()
          if (writesBefore) await committer.commit([insert(1)])
          const path = file + ending
          if (change === 'replaced') writeFileSync(`${path}.other`, readFileSync(path))
          rmSync(path)
          if (change === 'replaced') renameSync(`${path}.other`, path)
          for (const id of [2, 3]) {
            const error = await errorOf(committer.commit([insert(id)]))
            expect(error).toMatchObject({
              code: 'database_gone',
              message: expect.stringContaining(`${path} was ${change}`),
            })
          }
          const { rows } = await client.execute('SELECT id FROM rows')
          expect(rows).toHaveLength(writesBefore ? 1 : 0)
          await committer.close()
        }
      })
    }
  }

  test('does not acknowledge a commit during which a file was removed', async () => {
    const file = join(tempDir(), 'test.db')
    const client = await openRows(file)
    const guard = guardFiles(identityOf(file))
    const committer = createCommitter(client, {
      guard: {
        ...guard,
        beforeCommit: () => {
          guard.beforeCommit()
          rmSync(`${file}-wal`)
        },
      },
    })
    expect(await errorOf(committer.commit([insert(1)]))).toMatchObject({ code: 'database_gone' })
  })

  test('rejects pending commits when it crashes, and is replaced on the next one', async () => {
    const { file } = await open()
    const marker = join(tempDir(), 'faults')
    const faulty = join(tempDir(), 'thread.ts')
    const starts = join(tempDir(), 'starts')
    writeFileSync(marker, '')
    writeFileSync(
      faulty,
      `import { appendFileSync, existsSync, rmSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
appendFileSync('${starts}', 'x')
parentPort?.on('message', ({ kind, id }) => {
  if (kind === 'close') return parentPort.postMessage({ kind: 'closed' })
  if (existsSync('${marker}')) {
    rmSync('${marker}')
    throw new Error('a fault')
  }
  parentPort.postMessage({ kind: 'committed', id, results: [] })
})`,
    )
    const committer = startThreadCommitter(databaseFile(file), faulty)
    const errors = await Promise.all([
      errorOf(committer.commit([insert(1)])),
      errorOf(committer.commit([insert(2)])),
    ])
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'writer_ended' })
      expect(isUnavailable(error)).toBe(true)
    }
    // Its end is told twice, as an error and as an exit, with time between for a new thread.
    for (let id = 3; id < 60; id += 1) {
      expect(await committer.commit([insert(id)])).toEqual([])
      await Bun.sleep(1)
    }
    expect(readFileSync(starts, 'utf8')).toBe('xx')
    await committer.close()
  })

  test('refuses commits once it is closed', async () => {
    const { committer } = await open()
    await committer.commit([insert(1)])
    await committer.close()
    expect(await errorOf(committer.commit([insert(2)]))).toMatchObject({ code: 'writer_ended' })
  })
})
