import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import type { NewEvent } from '../../src/store/events/events.ts'
import type { EventFilter } from '../../src/store/events/read-events.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { readDatabase } from '../harness/read-database.ts'
import { tempDir } from '../harness/temp-dir.ts'

const ENVIRONMENT = 'e'.repeat(24)

let dataDir: string
let store: Store

beforeEach(async () => {
  dataDir = tempDir()
  const keyring = createKeyring(new Uint8Array(32).fill(1))
  store = await openStore(dataDir, createSealing(keyring, createRandom()))
})

afterEach(() => store.close())

const event = (number: number): NewEvent & { linkId: string } => ({
  environmentId: number % 10 === 0 ? 'f'.repeat(24) : ENVIRONMENT,
  atMs: number * 1000,
  type: number % 3 === 0 ? 'endpoint.deleted' : 'endpoint.linked',
  subject: `endpoint:e${number % 4}`,
  actor: `callback:r${number % 4}`,
  linkId: `l${number % 4}`,
  reason: null,
  data: {},
  subscriberId: `s${number % 4}`,
  personal: { endpoint: { userId: `U${number}` } },
})

const append = (...numbers: number[]): Promise<void> =>
  store.commit(numbers.map((number) => store.events.append(event(number))))

const numbers = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

const newIds = (): number[] =>
  readDatabase(join(dataDir, 'latch.db'), ({ rows }) =>
    rows('select id from new_events order by id').map(({ id }) => Number(id)),
  )

const FILTERS: Partial<EventFilter>[] = [
  {},
  { afterId: 20 },
  { types: ['endpoint.deleted'] },
  { types: ['endpoint.deleted', 'endpoint.linked'], afterId: 7 },
  { subject: 'endpoint:e1' },
  { subject: 'endpoint:e1', types: ['endpoint.deleted'], afterId: 3 },
  { subscriberId: 's2' },
  { subscriberId: 's2', subject: 'endpoint:e2', types: ['endpoint.linked'] },
  { sinceMs: 15_000 },
  { sinceMs: 15_000, subject: 'endpoint:e3' },
  { environmentId: 'f'.repeat(24), types: ['endpoint.linked'] },
]

/** The ids that each kind of read finds. */
async function readAll(): Promise<unknown[]> {
  const found: unknown[] = []
  for (const filter of FILTERS) {
    for (const from of ['oldest', 'newest'] as const) {
      for (const limit of [3, 100]) {
        const all = { environmentId: ENVIRONMENT, afterId: 0, ...filter }
        const page = await store.events.page(all, limit, from)
        found.push([filter, from, limit, page.map(({ id }) => id)])
      }
    }
  }
  found.push((await store.events.ofLink(ENVIRONMENT, 'l1')).map(({ id }) => id))
  found.push(await store.events.linksOf('callback:r1', 2))
  return found
}

describe('events that are new', () => {
  test('are found by every read as those in the indexes are', async () => {
    await append(...numbers(1, 12))
    await store.events.index()
    expect(newIds()).toEqual([])
    await append(...numbers(13, 30))
    expect(newIds()).toEqual(numbers(13, 30))
    const some = await readAll()
    await store.events.index()
    expect(newIds()).toEqual([])
    expect(await readAll()).toEqual(some)
    expect(some).toContainEqual([{ subject: 'endpoint:e1' }, 'oldest', 3, [1, 5, 9]])
    expect(some).toContainEqual([{ subject: 'endpoint:e1' }, 'newest', 3, [21, 25, 29]])
    expect(some).toContainEqual([
      { subscriberId: 's2' },
      'oldest',
      100,
      numbers(1, 30).filter((id) => id % 4 === 2 && id % 10 !== 0),
    ])
    expect(some).toContainEqual([1, 5, 9, 13, 17, 21, 25, 29])
    expect(some).toContainEqual([{ environmentId: ENVIRONMENT, linkId: 'l1' }])
  })

  test('are few at any time: after 128, they are moved to the indexes', async () => {
    await append(...numbers(1, 127))
    await append(128)
    await append(...numbers(129, 400))
    // The moves are in the queue of the writer, before what is committed next.
    for (const number of numbers(401, 405)) await append(number)
    expect(newIds().length).toBeLessThanOrEqual(5)
    expect(await store.events.verify()).toMatchObject({ events: 405, problems: [] })
  })

  test('are in each page once while they are moved', async () => {
    await append(...numbers(1, 900))
    const filter = { environmentId: ENVIRONMENT, afterId: 0, subject: 'endpoint:e1' }
    const all = numbers(1, 900).filter((id) => id % 4 === 1)
    const moving = store.events.index()
    for (let turn = 0; turn < 20; turn += 1) {
      const page = await store.events.page(filter, 1000)
      expect(page.map(({ id }) => id)).toEqual(all)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await moving
    expect(newIds()).toEqual([])
  })

  test('are erased with the others', async () => {
    await append(1, 2, 5)
    await store.events.index()
    await append(9, 10, 13)
    await store.commit([
      store.events.append(event(17)),
      store.events.erasePersonal(ENVIRONMENT, 's1'),
      store.events.append(event(21)),
    ])
    const page = await store.events.page({ environmentId: ENVIRONMENT, afterId: 0 }, 100)
    expect(page.map(({ subject, subscriberId }) => [subject, subscriberId])).toEqual([
      ['endpoint:e1', null],
      ['endpoint:e2', 's2'],
      ...Array(5).fill(['endpoint:e1', null]),
    ])
    expect((await store.events.verify()).problems).toEqual([])
  })

  test('count with the others where a link has a type and reason once', async () => {
    const failed = (reason: string, most: number) =>
      store.commit([store.events.appendOncePerReason({ ...event(1), reason }, most)])
    await failed('a', 3)
    await store.events.index()
    await failed('a', 3)
    await failed('b', 3)
    await failed('b', 3)
    await failed('c', 3)
    await failed('d', 3)
    const kept = await store.events.ofLink(ENVIRONMENT, 'l1')
    expect(kept.map(({ reason }) => reason)).toEqual(['a', 'b', 'c'])
  })
})

test('events of a process with a fast clock are found since their time, and removed in time', async () => {
  const checkpoint = async (nowMs: number): Promise<void> => {
    await store.events.index()
    const next = await store.events.checkpoints.next(nowMs)
    await store.commit([...(next?.expects ?? []), ...(next?.writes ?? [])])
  }
  const YEAR_MS = 365 * 24 * 60 * 60_000
  await store.commit([store.events.append({ ...event(1), atMs: 40_000 })])
  await checkpoint(10_000)
  await store.commit([store.events.append({ ...event(2), atMs: YEAR_MS })])
  await checkpoint(50_000)
  const filter = { environmentId: ENVIRONMENT, afterId: 0, sinceMs: 40_000 }
  expect((await store.events.page(filter, 10)).map(({ id }) => id)).toEqual([1, 2])
  expect(await store.events.checkpoints.oldest(200_000)).not.toBeNull()
})
