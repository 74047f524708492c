import { describe, expect, test } from 'bun:test'
import { createRowCache, OWNED_DATABASE_LIFETIME } from '../../src/store/reading/row-cache.ts'
import { createCacheInvalidation } from '../../src/store/writer/cache-invalidation.ts'

describe('a cached row', () => {
  const versions = createCacheInvalidation()
  const cacheRead = createRowCache(versions, OWNED_DATABASE_LIFETIME)
  let reads = 0
  const read = cacheRead(['subscribers'], async (environment, id) => {
    reads += 1
    return id === 'nobody' ? null : { environment, id }
  })
  const count = async (...key: string[]): Promise<number> => {
    const before = reads
    await read(...key)
    return reads - before
  }

  test('is returned from memory, even if it does not exist', async () => {
    expect(await count('e', 'ada')).toBe(1)
    expect(await count('e', 'ada')).toBe(0)
    expect(await count('e', 'nobody')).toBe(1)
    expect(await count('e', 'nobody')).toBe(0)
    expect(await count('other', 'ada')).toBe(1)
  })

  test('is read again after any write to its table', async () => {
    for (const write of [
      'insert into "subscribers" ("id") values (?)',
      'insert or ignore into subscribers values (?)',
      'UPDATE "subscribers" set "id" = ?',
      'delete from "subscribers" where 1',
      'delete from "environments" where 1',
    ]) {
      await read('e', 'ada')
      versions.invalidate([{ sql: write, args: [] }])
      expect([write, await count('e', 'ada')]).toEqual([write, 1])
    }
  })

  test('stays cached after a write to another table', async () => {
    await read('e', 'ada')
    versions.invalidate([{ sql: 'insert into "idempotency_records" values (?)', args: [] }])
    expect(await count('e', 'ada')).toBe(0)
  })

  test('is read again after a failed commit with an expectation about its table, and not after a successful one', async () => {
    const sql = 'insert into "expectations" select 0'
    const resting = { sql, args: [], reads: ['subscribers'] }
    await read('e', 'ada')
    versions.invalidate([resting])
    expect(await count('e', 'ada')).toBe(0)
    versions.invalidateReads([resting])
    expect(await count('e', 'ada')).toBe(1)
  })

  test('from a shared database is used for as long since its read began, not since it ended', async () => {
    let finish = (): void => {}
    const slow = createRowCache(versions, { ttl: 20 })(['contexts'], async () => {
      reads += 1
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      return {}
    })
    const before = reads
    const first = slow('a')
    const shared = slow('a')
    expect(reads - before).toBe(1)
    await Bun.sleep(30)
    const finishFirst = finish
    const later = slow('a')
    expect(reads - before).toBe(2)
    finishFirst()
    await Promise.all([first, shared])
    const last = slow('a')
    finish()
    await Promise.all([later, last])
  })

  test('is not cached if its table was written to during the read', async () => {
    const slow = cacheRead(['contexts'], async () => {
      versions.invalidate([{ sql: 'update "contexts" set "id" = 1', args: [] }])
      reads += 1
      return {}
    })
    const before = reads
    await slow('x')
    await slow('x')
    expect(reads - before).toBe(2)
  })

  test('is read once for concurrent callers, and again for a caller after a write', async () => {
    const before = reads
    const first = [read('e', 'bob'), read('e', 'bob'), read('e', 'bob')]
    versions.invalidate([{ sql: 'delete from "subscribers"', args: [] }])
    const second = [read('e', 'bob'), read('e', 'bob')]
    await Promise.all([...first, ...second])
    expect(reads - before).toBe(2)
    expect(await count('e', 'bob')).toBe(0)
  })

  test('is read again after a failed read', async () => {
    let fails = true
    const failing = cacheRead(['contexts'], async () => {
      if (fails) throw new Error('gone')
      return {}
    })
    const broken = await Promise.allSettled([failing('x'), failing('x')])
    expect(broken.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    fails = false
    expect(await failing('x')).toEqual({})
  })

  test('is read again after a statement whose table is unknown', async () => {
    await read('e', 'ada')
    versions.invalidate([{ sql: 'with x as (select 1) delete from "subscribers"', args: [] }])
    expect(await count('e', 'ada')).toBe(1)
  })
})
