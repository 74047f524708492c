import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { ENVIRONMENT, type EventStore, event, keyringOf, openEventStore } from './event-store.ts'

let on: EventStore
beforeEach(async () => {
  on = await openEventStore(keyringOf(1))
})
afterEach(() => on.close())

describe('events', () => {
  test('are read as they were written, in their order', async () => {
    await on.append(1, 2, 3)
    const page = await on.store.events.page({ environmentId: ENVIRONMENT, afterId: 1 }, 1)
    expect(page).toMatchObject([{ id: 2, ...event(2) }])
    expect(await on.store.events.ofLink(ENVIRONMENT, 'l3')).toMatchObject([event(3)])
    expect(await on.store.events.ofLink('f'.repeat(24), 'l3')).toEqual([])
    const newest = await on.store.events.page(
      { environmentId: ENVIRONMENT, afterId: 0 },
      2,
      'newest',
    )
    expect(newest.map(({ id }) => id)).toEqual([2, 3])
  })

  test('can be filtered by subject, subscriber, type and time', async () => {
    await on.appendNine()
    const other = { type: 'link.failed', subscriberId: 's1', subject: 'link:l1', atMs: 9000 }
    await on.store.commit([on.store.events.append(event(1, other))])
    const find = async (filter: Record<string, unknown>): Promise<number[]> => {
      const all = { environmentId: ENVIRONMENT, afterId: 0, ...filter }
      return (await on.store.events.page(all, 100)).map(({ id }) => id)
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

  test('of a link are recorded once for each reason, up to a maximum', async () => {
    const failed = (reason: string | null) =>
      on.store.events.appendOncePerReason(
        { ...event(1, { type: 'link.failed', reason }), linkId: 'l1' },
        4,
      )
    const reasons = ['a', 'a', null, null, 'b', 'a', 'c', 'd', 'e']
    for (const reason of reasons) await on.store.commit([failed(reason)])
    const kept = await on.store.events.ofLink(ENVIRONMENT, 'l1')
    expect(kept.map(({ reason }) => reason)).toEqual(['a', null, 'b', 'c'])
    await on.checkpoint(0)
    expect(await on.problems()).toEqual([])
  })

  test('are not written by a commit that is refused', async () => {
    const refused = [on.store.events.append(event(1)), on.store.endpoints.expectPresent('nobody')]
    expect(await on.isRefused(refused)).toBe(true)
    expect(await on.store.events.page({ environmentId: ENVIRONMENT, afterId: 0 }, 1)).toEqual([])
    await on.append(1)
    // An id that nobody ever saw must not look like an event that is gone.
    expect(await on.problems()).toEqual([])
  })

  test('with text that SQLite cannot store unchanged still verify', async () => {
    const half = 'x\ud800y'
    const odd = { subject: `endpoint:${half}`, reason: half, subscriberId: half, data: { half } }
    await on.store.commit([on.store.events.append(event(1, odd))])
    await on.checkpoint(0)
    expect(await on.problems()).toEqual([])
  })
})
