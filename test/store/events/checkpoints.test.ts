import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import {
  ENVIRONMENT,
  type EventStore,
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

test('a checkpoint covers at most 200 events, and only one of two concurrent ones is written', async () => {
  await on.append(...Array.from({ length: 450 }, (_, index) => index + 1))
  await on.store.events.index()
  const [one, other] = await Promise.all([
    on.store.events.checkpoints.next(1),
    on.store.events.checkpoints.next(1),
  ])
  expect(one?.covers).toBe(200)
  await on.store.commit([...(one?.expects ?? []), ...(one?.writes ?? [])])
  await on.append(451)
  expect(await on.isRefused([...(other?.expects ?? []), ...(other?.writes ?? [])])).toBe(true)
  await on.checkpoint(2)
  expect(await on.store.events.verify()).toEqual({ events: 451, checkpoints: 3, problems: [] })
})

describe('retention', () => {
  beforeEach(() => on.appendNine())

  test('keeps the last removed checkpoint as the beginning, and everything after it', async () => {
    expect(await on.sweep(MINUTE_MS)).toBe(0)
    expect(await on.sweep(4 * MINUTE_MS + 1)).toBe(2)
    expect(await on.store.events.verify()).toEqual({ events: 3, checkpoints: 2, problems: [] })
    expect(await on.sweep(100 * MINUTE_MS)).toBe(1)
    expect(await on.store.events.verify()).toEqual({ events: 0, checkpoints: 1, problems: [] })
    await on.append(10)
    expect(await on.store.events.page({ environmentId: ENVIRONMENT, afterId: 0 }, 9)).toMatchObject(
      [{ id: 10 }],
    )
    await on.checkpoint(101 * MINUTE_MS)
    expect(await on.store.events.verify()).toEqual({ events: 1, checkpoints: 2, problems: [] })
  })

  test('removes only events that a checkpoint covers', async () => {
    await on.append(10)
    await on.sweep(Number.MAX_SAFE_INTEGER)
    expect(await on.store.events.verify()).toEqual({ events: 1, checkpoints: 1, problems: [] })
  })

  test('cannot be imitated by removing the first events', async () => {
    await on.intruder.execute('delete from events where id <= 6')
    await on.intruder.execute('delete from event_checkpoints where event_id < 6')
    expect(await on.problems()).toEqual(problem('missing', 1, 6))
    await on.intruder.execute('update event_checkpoints set beginning = digest where event_id = 6')
    expect(await on.problems()).toEqual(problem('checkpoint_broken', 1, 6))
  })

  test('is distinguished from a later deletion, and from an event that is inserted again', async () => {
    await on.intruder.execute('create temp table kept as select * from events')
    await on.sweep(4 * MINUTE_MS + 1)
    await on.intruder.execute('insert into events select * from kept where id = 2')
    expect(await on.problems()).toEqual(problem('added', 2))
    await on.intruder.execute('delete from events where id in (2, 7)')
    expect(await on.problems()).toEqual(problem('missing', 7))
    await on.intruder.execute('delete from event_checkpoints where event_id = 6')
    expect(await on.problems()).toEqual(problem('missing', 1, 7))
  })
})
