import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createKeyring } from '../../../src/secrets/keyring.ts'
import type { EventProblem } from '../../../src/store/events/verify.ts'
import {
  ENVIRONMENT,
  type EventStore,
  event,
  keyringOf,
  MINUTE_MS,
  openEventStore,
  problem,
} from './event-store.ts'

let on: EventStore
beforeEach(async () => {
  on = await openEventStore(keyringOf(1))
})
afterEach(() => on.close())

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

const WRITE = 'update new_events set event = ?'

test('a database without events verifies, and one whose counter was removed', async () => {
  expect(await on.store.events.verify()).toEqual({ events: 0, checkpoints: 0, problems: [] })
  await on.append(1, 2)
  await on.intruder.execute("delete from sqlite_sequence where name = 'new_events'")
  expect(await on.store.events.verify()).toEqual({ events: 2, checkpoints: 0, problems: [] })
})

describe('verify', () => {
  beforeEach(() => on.appendNine())

  test('finds no problem in unchanged events', async () => {
    expect(await on.store.events.verify()).toEqual({ events: 9, checkpoints: 3, problems: [] })
    await on.append(10)
    expect(await on.problems()).toEqual([])
  })

  for (const column of COLUMNS) {
    test(`names the event of which a byte of ${column} was changed`, async () => {
      const flipped =
        column === 'at_ms'
          ? 'at_ms + 1'
          : `substr(${column}, 1, 1) || char(unicode(substr(${column}, 2, 1)) + 1) || substr(${column}, 3)`
      const flip = (id: number) =>
        on.intruder.execute(`update events set ${column} = ${flipped} where id = ${id}`)
      const { rowsAffected } = await flip(5)
      expect(rowsAffected).toBe(1)
      expect(await on.problems()).toEqual(problem('changed', 5))
      // Also before a checkpoint covers it.
      await on.append(10)
      await on.store.events.index()
      await flip(10)
      expect(await on.problems()).toEqual([...problem('changed', 5), ...problem('changed', 10)])
    })
  }

  test('names an event of which any byte was changed, while it is new and once it is indexed', async () => {
    await on.append(10)
    const { rows } = await on.intruder.execute('select event from new_events')
    const text = String(rows[0]?.['event'])
    const write = (event: string) => on.intruder.execute({ sql: WRITE, args: [event] })
    for (let index = 0; index < text.length; index += 1) {
      const flipped = String.fromCharCode(text.charCodeAt(index) + 1)
      await write(text.slice(0, index) + flipped + text.slice(index + 1))
      expect(await on.problems(), `byte ${index}`).toEqual(problem('changed', 10))
    }
    const nested = text.replace('"callback:r1"', '["callback:r1"]')
    for (const damaged of ['', '{', '[]', 'null', text.slice(0, -1), nested]) {
      await write(damaged)
      expect(await on.problems(), damaged).toEqual(problem('changed', 10))
    }
    await write('{')
    expect(await on.pageIds()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    await on.append(11)
    await on.checkpoint(10 * MINUTE_MS)
    expect(await on.problems()).toEqual(problem('changed', 10))
    expect(await on.pageIds()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 11])
  })

  test('reports an event whose personal data was replaced and not erased', async () => {
    await on.intruder.execute('update events set subscriber_id = null where id = 4')
    expect(await on.problems()).toEqual(problem('changed', 4))
  })

  const removed: [string, string, EventProblem[]][] = [
    ['the first', 'id = 1', problem('missing', 1)],
    ['one in the middle', 'id = 5', problem('missing', 5)],
    ['the last of a checkpoint', 'id = 6', problem('missing', 6)],
    ['the last', 'id = 9', problem('missing', 9)],
    [
      'several',
      'id between 2 and 7',
      [...problem('missing', 2, 3), ...problem('missing', 4, 6), ...problem('missing', 7)],
    ],
    [
      'all',
      'true',
      [...problem('missing', 1, 3), ...problem('missing', 4, 6), ...problem('missing', 7, 9)],
    ],
  ]
  for (const [which, where, expected] of removed) {
    test(`names ${which}, where it is missing`, async () => {
      await on.intruder.execute(`delete from events where ${where}`)
      expect(await on.problems()).toEqual(expected)
    })
  }

  test('reports missing newest events that no checkpoint covers', async () => {
    await on.append(10, 11, 12)
    await on.intruder.execute('delete from new_events where id = 12')
    expect(await on.problems()).toEqual(problem('missing', 12))
    await on.store.events.index()
    await on.intruder.execute('delete from events where id = 11')
    expect(await on.problems()).toEqual(problem('missing', 11, 12))
    // What comes next does not take their place.
    await on.append(13)
    await on.checkpoint(10 * MINUTE_MS)
    expect(await on.problems()).toEqual(problem('missing', 11, 12))
  })

  test('reports reordered events', async () => {
    await on.intruder.executeMultiple(
      'update events set id = 100 where id = 4; update events set id = 4 where id = 6; update events set id = 6 where id = 100',
    )
    expect(await on.problems()).toEqual(problem('checkpoint_broken', 4, 6))
  })

  test('reports an added event', async () => {
    await on.intruder.execute(
      `insert into events (${COLUMNS.join()}) select ${COLUMNS.map((name) => (name === 'type' ? "'x.y'" : name)).join()} from events where id = 2`,
    )
    expect(await on.problems()).toEqual(problem('changed', 10))
    await on.checkpoint(10 * MINUTE_MS)
    expect(await on.problems()).toEqual(problem('changed', 10))
  })

  test('reports an added event with the id of the next one, which is kept', async () => {
    const columns = ['id', ...COLUMNS]
    await on.intruder.execute(
      `insert into events (${columns.join()}) select 10, ${COLUMNS.join()} from events where id = 2`,
    )
    await on.append(10, 11)
    await on.checkpoint(10 * MINUTE_MS)
    expect(await on.problems()).toEqual(problem('added', 10))
    const page = await on.store.events.page({ environmentId: ENVIRONMENT, afterId: 9 }, 9)
    expect(page.map(({ id, subject }) => [id, subject]).toSorted()).toEqual([
      [10, 'endpoint:e10'],
      [10, 'endpoint:e2'],
      [11, 'endpoint:e11'],
    ])
  })

  for (const change of ['at_ms = at_ms + 1', "digest = 'x' || digest", 'event_id = 5']) {
    test(`names a checkpoint that was changed: ${change}`, async () => {
      await on.intruder.execute(`update event_checkpoints set ${change} where event_id = 6`)
      expect((await on.problems())[0]).toMatchObject({ kind: 'checkpoint_broken', fromId: 4 })
    })
  }

  test('reports missing events that a checkpoint covers', async () => {
    await on.intruder.execute('delete from event_checkpoints where event_id = 6')
    expect(await on.problems()).toEqual(problem('checkpoint_broken', 4, 9))
  })

  test('accepts erased personal data', async () => {
    await on.store.commit([on.store.events.erasePersonal(ENVIRONMENT, 's5')])
    expect(await on.problems()).toEqual([])
    const [erased] = await on.store.events.page({ environmentId: ENVIRONMENT, afterId: 4 }, 1)
    expect(erased).toMatchObject({ id: 5, subscriberId: null, personal: null, data: { number: 5 } })
  })

  test('erases events appended in the same commit too, in either order', async () => {
    const about = { environmentId: ENVIRONMENT, afterId: 0, subscriberId: 's5' }
    const tell = () => on.store.commit([on.store.events.append(event(5))])
    const erase = () => on.store.commit([on.store.events.erasePersonal(ENVIRONMENT, 's5')])
    for (const inOrder of [
      [tell, erase],
      [erase, tell],
    ]) {
      await Promise.all(inOrder.map((commit) => commit()))
      expect(await on.store.events.page(about, 10)).toEqual([])
    }
    expect(await on.problems()).toEqual([])
  })

  test('still works after the secret key was replaced', async () => {
    const key = new Uint8Array(32).fill(2)
    await on.reopen(createKeyring(key, [new Uint8Array(32).fill(1)]))
    let cursor = (await on.store.sealedValues.reseal(null)).next
    while (cursor !== null) cursor = (await on.store.sealedValues.reseal(cursor)).next
    await on.store.metadata.resealCanary()
    await on.reopen(createKeyring(key))
    await on.append(10)
    await on.checkpoint(10 * MINUTE_MS)
    expect(await on.store.events.verify()).toEqual({ events: 10, checkpoints: 4, problems: [] })
  })

  test('reports at most the first hundred problems', async () => {
    await on.append(...Array.from({ length: 700 }, (_, index) => index + 10))
    await on.store.events.index()
    await on.intruder.execute("update events set actor = 'x'")
    expect(await on.problems()).toHaveLength(100)
  })
})
