import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import { type Client, openClient } from '../../src/store/database/client.ts'
import type { NewEvent } from '../../src/store/events/events.ts'
import type { EventProblem } from '../../src/store/events/verify.ts'
import { isUnmetExpectation } from '../../src/store/failures.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import type { Write } from '../../src/store/writer/writes.ts'
import { tempDir } from '../harness/temp-dir.ts'

const ENVIRONMENT = 'e'.repeat(24)
const MINUTE_MS = 60_000

const keyring = createKeyring(new Uint8Array(32).fill(1))
let dataDir: string
let store: Store
/** As somebody who can write to the database, and lacks the key. */
let intruder: Client

beforeEach(async () => {
  dataDir = tempDir()
  store = await openStore(dataDir, createSealing(keyring, createRandom()))
  intruder = await openClient(join(dataDir, 'latch.db'))
})

afterEach(async () => {
  intruder.close()
  await store.close()
})

const event = (number: number, changes: Partial<NewEvent> = {}): NewEvent => ({
  environmentId: ENVIRONMENT,
  atMs: number * 1000,
  type: 'endpoint.linked',
  subject: `endpoint:e${number}`,
  actor: 'callback:r1',
  linkId: `l${number}`,
  reason: 'none',
  data: { number },
  subscriberId: `s${number}`,
  personal: { endpoint: { userId: `U${number}` } },
  ...changes,
})

const append = (...numbers: number[]): Promise<void> =>
  store.commit(numbers.map((number) => store.events.append(event(number))))

/** Signs all that is there, as the job does. */
async function checkpoint(atMs: number): Promise<void> {
  for (;;) {
    const next = await store.events.checkpoints.next(atMs)
    if (next === null) return
    await store.commit([...next.expects, ...next.writes])
  }
}

/** Removes what is old, as the job does, and answers in how many steps. */
async function sweep(beforeMs: number): Promise<number> {
  for (let steps = 0; ; steps += 1) {
    const old = await store.events.checkpoints.oldest(beforeMs)
    if (old === null) return steps
    await store.commit(old.writes)
  }
}

const problems = async (): Promise<EventProblem[]> => (await store.events.verify()).problems

const isRefused = (writes: readonly Write[]): Promise<boolean> =>
  store.commit(writes).then(() => false, isUnmetExpectation)

const one = (kind: EventProblem['kind'], fromId: number, toId = fromId): EventProblem[] => [
  { kind, fromId, toId },
]

/** Nine events, a checkpoint over each three. */
async function nineEvents(): Promise<void> {
  for (const first of [1, 4, 7]) {
    await append(first, first + 1, first + 2)
    await checkpoint(first * MINUTE_MS)
  }
}

const COLUMNS = [
  'environment_id',
  'at_ms',
  'type',
  'subject',
  'actor',
  'link_id',
  'reason',
  'data',
  'subscriber_id',
  'personal',
  'personal_digest',
  'digest',
]

describe('events', () => {
  test('are read as they were written, in their order', async () => {
    await append(1, 2, 3)
    const page = await store.events.page({ environmentId: ENVIRONMENT, afterId: 1 }, 1)
    expect(page).toMatchObject([{ id: 2, ...event(2) }])
    expect(await store.events.ofLink(ENVIRONMENT, 'l3')).toMatchObject([event(3)])
    expect(await store.events.ofLink('f'.repeat(24), 'l3')).toEqual([])
    const newest = await store.events.page({ environmentId: ENVIRONMENT, afterId: 0 }, 2, 'newest')
    expect(newest.map(({ id }) => id)).toEqual([2, 3])
  })

  test('are found by what they are about, and since when', async () => {
    await nineEvents()
    const other = { type: 'link.failed', subscriberId: 's1', subject: 'link:l1', atMs: 9000 }
    await store.commit([store.events.append(event(1, other))])
    const find = async (filter: Record<string, unknown>): Promise<number[]> => {
      const all = { environmentId: ENVIRONMENT, afterId: 0, ...filter }
      return (await store.events.page(all, 100)).map(({ id }) => id)
    }
    expect(await find({ types: ['link.failed'] })).toEqual([10])
    expect(await find({ types: ['link.failed', 'endpoint.linked'], afterId: 7 })).toEqual([
      8, 9, 10,
    ])
    expect(await find({ subscriberId: 's1' })).toEqual([1, 10])
    expect(await find({ subscriberId: 's1', types: ['link.failed'] })).toEqual([10])
    expect(await find({ subject: 'endpoint:e2' })).toEqual([2])
    expect(await find({ sinceMs: 8000 })).toEqual([8, 9, 10])
    expect(await find({ environmentId: 'f'.repeat(24) })).toEqual([])
  })

  test('of a link come once for each reason, and not for ever', async () => {
    const failed = (reason: string | null) =>
      store.events.appendOncePerReason(
        { ...event(1, { type: 'link.failed', reason }), linkId: 'l1' },
        4,
      )
    const reasons = ['a', 'a', null, null, 'b', 'a', 'c', 'd', 'e']
    for (const reason of reasons) await store.commit([failed(reason)])
    const kept = await store.events.ofLink(ENVIRONMENT, 'l1')
    expect(kept.map(({ reason }) => reason)).toEqual(['a', null, 'b', 'c'])
    await checkpoint(0)
    expect(await problems()).toEqual([])
  })

  test('are not written by a commit that is refused', async () => {
    const refused = [store.events.append(event(1)), store.endpoints.expectPresent('nobody')]
    expect(await isRefused(refused)).toBe(true)
    expect(await store.events.page({ environmentId: ENVIRONMENT, afterId: 0 }, 1)).toEqual([])
    await append(1)
    // An id that nobody ever saw must not look like an event that is gone.
    expect(await problems()).toEqual([])
  })

  test('keep what SQLite cannot hold as it came, and verify', async () => {
    const half = 'x\ud800y'
    const odd = { subject: `endpoint:${half}`, reason: half, subscriberId: half, data: { half } }
    await store.commit([store.events.append(event(1, odd))])
    await checkpoint(0)
    expect(await problems()).toEqual([])
  })
})

describe('verify', () => {
  beforeEach(nineEvents)

  test('finds nothing wrong where nothing is', async () => {
    expect(await store.events.verify()).toEqual({ events: 9, checkpoints: 3, problems: [] })
    await append(10)
    expect(await problems()).toEqual([])
  })

  for (const column of COLUMNS) {
    test(`names the event of which a byte of ${column} was changed`, async () => {
      const flipped =
        column === 'at_ms'
          ? 'at_ms + 1'
          : `substr(${column}, 1, 1) || char(unicode(substr(${column}, 2, 1)) + 1) || substr(${column}, 3)`
      const flip = (id: number) =>
        intruder.execute(`update events set ${column} = ${flipped} where id = ${id}`)
      const { rowsAffected } = await flip(5)
      expect(rowsAffected).toBe(1)
      expect(await problems()).toEqual(one('changed', 5))
      // Also before a checkpoint covers it.
      await append(10)
      await flip(10)
      expect(await problems()).toEqual([...one('changed', 5), ...one('changed', 10)])
    })
  }

  test('names an event whose text about a person was replaced, not erased', async () => {
    await intruder.execute('update events set subscriber_id = null where id = 4')
    expect(await problems()).toEqual(one('changed', 4))
  })

  const removed: [string, string, EventProblem[]][] = [
    ['the first', 'id = 1', one('missing', 1)],
    ['one in the middle', 'id = 5', one('missing', 5)],
    ['the last of a checkpoint', 'id = 6', one('missing', 6)],
    ['the last', 'id = 9', one('missing', 9)],
    [
      'several',
      'id between 2 and 7',
      [...one('missing', 2, 3), ...one('missing', 4, 6), ...one('missing', 7)],
    ],
    ['all', 'true', [...one('missing', 1, 3), ...one('missing', 4, 6), ...one('missing', 7, 9)]],
  ]
  for (const [which, where, expected] of removed) {
    test(`names ${which}, where it is missing`, async () => {
      await intruder.execute(`delete from events where ${where}`)
      expect(await problems()).toEqual(expected)
    })
  }

  test('names the newest, where they are missing and no checkpoint has covered them', async () => {
    await append(10, 11)
    await intruder.execute('delete from events where id = 11')
    expect(await problems()).toEqual(one('missing', 11))
    // What comes next does not take their place.
    await append(12)
    await checkpoint(10 * MINUTE_MS)
    expect(await problems()).toEqual(one('missing', 11))
  })

  test('names events that changed places', async () => {
    await intruder.executeMultiple(
      'update events set id = 100 where id = 4; update events set id = 4 where id = 6; update events set id = 6 where id = 100',
    )
    expect(await problems()).toEqual(one('checkpoint_broken', 4, 6))
  })

  test('names an event that somebody added', async () => {
    await intruder.execute(
      `insert into events (${COLUMNS.join()}) select ${COLUMNS.map((name) => (name === 'type' ? "'x.y'" : name)).join()} from events where id = 2`,
    )
    expect(await problems()).toEqual(one('changed', 10))
    await checkpoint(10 * MINUTE_MS)
    expect(await problems()).toEqual(one('changed', 10))
  })

  for (const change of ['at_ms = at_ms + 1', "digest = 'x' || digest", 'event_id = 5']) {
    test(`names a checkpoint that was changed: ${change}`, async () => {
      await intruder.execute(`update event_checkpoints set ${change} where event_id = 6`)
      expect((await problems())[0]).toMatchObject({ kind: 'checkpoint_broken', fromId: 4 })
    })
  }

  test('names what a checkpoint has covered that is missing', async () => {
    await intruder.execute('delete from event_checkpoints where event_id = 6')
    expect(await problems()).toEqual(one('checkpoint_broken', 4, 9))
  })

  test('takes what is personal for right where it was erased', async () => {
    await store.commit([store.events.erasePersonal(ENVIRONMENT, 's5')])
    expect(await problems()).toEqual([])
    const [erased] = await store.events.page({ environmentId: ENVIRONMENT, afterId: 4 }, 1)
    expect(erased).toMatchObject({ id: 5, subscriberId: null, personal: null, data: { number: 5 } })
  })

  test('erases also what others append in the same commit, whoever is first', async () => {
    const about = { environmentId: ENVIRONMENT, afterId: 0, subscriberId: 's5' }
    const tell = () => store.commit([store.events.append(event(5))])
    const erase = () => store.commit([store.events.erasePersonal(ENVIRONMENT, 's5')])
    for (const inOrder of [
      [tell, erase],
      [erase, tell],
    ]) {
      await Promise.all(inOrder.map((commit) => commit()))
      expect(await store.events.page(about, 10)).toEqual([])
    }
    expect(await problems()).toEqual([])
  })

  test('goes on with another secret key', async () => {
    await store.close()
    const key = new Uint8Array(32).fill(2)
    const rotated = createKeyring(key, [new Uint8Array(32).fill(1)])
    store = await openStore(dataDir, createSealing(rotated, createRandom()))
    let cursor = (await store.sealedValues.reseal(null)).next
    while (cursor !== null) cursor = (await store.sealedValues.reseal(cursor)).next
    await store.metadata.resealCanary()
    await store.close()
    store = await openStore(dataDir, createSealing(createKeyring(key), createRandom()))
    await append(10)
    await checkpoint(10 * MINUTE_MS)
    expect(await store.events.verify()).toEqual({ events: 10, checkpoints: 4, problems: [] })
  })

  test('finds many problems, and tells of the first hundred', async () => {
    await append(...Array.from({ length: 700 }, (_, index) => index + 10))
    await intruder.execute("update events set actor = 'x'")
    expect(await problems()).toHaveLength(100)
  })
})

describe('retention', () => {
  beforeEach(nineEvents)

  test('leaves one checkpoint as the beginning, and what follows it', async () => {
    expect(await sweep(MINUTE_MS)).toBe(0)
    expect(await sweep(4 * MINUTE_MS + 1)).toBe(2)
    expect(await store.events.verify()).toEqual({ events: 3, checkpoints: 2, problems: [] })
    expect(await sweep(100 * MINUTE_MS)).toBe(1)
    expect(await store.events.verify()).toEqual({ events: 0, checkpoints: 1, problems: [] })
    await append(10)
    expect(await store.events.page({ environmentId: ENVIRONMENT, afterId: 0 }, 9)).toMatchObject([
      { id: 10 },
    ])
    await checkpoint(101 * MINUTE_MS)
    expect(await store.events.verify()).toEqual({ events: 1, checkpoints: 2, problems: [] })
  })

  test('removes nothing that no checkpoint covers', async () => {
    await append(10)
    await sweep(Number.MAX_SAFE_INTEGER)
    expect(await store.events.verify()).toEqual({ events: 1, checkpoints: 1, problems: [] })
  })

  test('cannot be played by somebody who removes the first events', async () => {
    await intruder.execute('delete from events where id <= 6')
    await intruder.execute('delete from event_checkpoints where event_id < 6')
    expect(await problems()).toEqual(one('missing', 1, 6))
    await intruder.execute('update event_checkpoints set beginning = digest where event_id = 6')
    expect(await problems()).toEqual(one('checkpoint_broken', 1, 6))
  })

  test('is told from a later deletion, and from an event that is put back', async () => {
    await intruder.execute('create temp table kept as select * from events')
    await sweep(4 * MINUTE_MS + 1)
    await intruder.execute('insert into events select * from kept where id = 2')
    expect(await problems()).toEqual(one('added', 2))
    await intruder.execute('delete from events where id in (2, 7)')
    expect(await problems()).toEqual(one('missing', 7))
    await intruder.execute('delete from event_checkpoints where event_id = 6')
    expect(await problems()).toEqual(one('missing', 1, 7))
  })
})

test('a checkpoint covers 200 events at most, and of two one is written', async () => {
  await append(...Array.from({ length: 450 }, (_, index) => index + 1))
  const [one, other] = await Promise.all([
    store.events.checkpoints.next(1),
    store.events.checkpoints.next(1),
  ])
  expect(one?.covers).toBe(200)
  await store.commit([...(one?.expects ?? []), ...(one?.writes ?? [])])
  await append(451)
  expect(await isRefused([...(other?.expects ?? []), ...(other?.writes ?? [])])).toBe(true)
  await checkpoint(2)
  expect(await store.events.verify()).toEqual({ events: 451, checkpoints: 3, problems: [] })
})
