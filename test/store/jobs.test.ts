import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import { isUnmetExpectation } from '../../src/store/failures.ts'
import type { HeldJob, JobEnd, Lease } from '../../src/store/jobs/jobs.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { startHranaServer } from '../harness/hrana-server.ts'
import { tempDir } from '../harness/temp-dir.ts'

const sealing = createSealing(createKeyring(new Uint8Array(32).fill(1)), createRandom())
const NAME = { kind: 'wash', subject: 'car' }
const OTHER = { kind: 'wash', subject: 'dog' }

const lease = (token: string, nowMs: number): Lease => ({ token, nowMs, untilMs: nowMs + 60_000 })

type Opened = { one: Store; two: Store; close(): Promise<void> }

/** One process that owns its file, and two that share a server. */
const places: [string, () => Promise<Opened>][] = [
  [
    'in a file',
    async () => {
      const store = await openStore(tempDir(), sealing)
      return { one: store, two: store, close: store.close }
    },
  ],
  [
    'on a server that two processes share',
    async () => {
      const server = startHranaServer(join(tempDir(), 'server.db'), 'sesame')
      const open = () =>
        openStore(tempDir(), sealing, { server: { url: server.url, authToken: 'sesame' } })
      const [one, two] = [await open(), await open()]
      const close = async () => {
        await Promise.all([one.close(), two.close()])
        await server.stop()
      }
      return { one, two, close }
    },
  ],
]

const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )

for (const [where, open] of places) {
  describe(`jobs ${where}`, () => {
    const opened = async (run: (both: Opened) => Promise<void>): Promise<void> => {
      const both = await open()
      await run(both)
      await both.close()
    }
    const schedule = (store: Store, dueAtMs: number, name = NAME, attempts?: number) =>
      store.commit([
        store.jobs.schedule({ ...name, dueAtMs, ...(attempts !== undefined && { attempts }) }),
      ])
    const take = async (store: Store, token: string, nowMs: number): Promise<HeldJob> => {
      const [held] = await store.jobs.take(['wash'], 1, lease(token, nowMs))
      if (held === undefined) throw new Error('nothing was due')
      return held
    }
    const end = (store: Store, held: HeldJob, how: JobEnd, nowMs: number) =>
      store.commit(store.jobs.end(held, how, nowMs))

    test('are due at the earlier time at which they were scheduled', () =>
      opened(async ({ one, two }) => {
        expect(await one.jobs.nextDueAtMs(['wash', 'dry'])).toBeNull()
        await schedule(one, 200)
        await schedule(two, 100)
        await schedule(one, 300)
        expect(await two.jobs.find(NAME)).toMatchObject({ dueAtMs: 100, revision: 3, attempts: 0 })
        expect(await one.jobs.nextDueAtMs(['wash', 'dry'])).toBe(100)
        expect(await one.jobs.nextDueAtMs(['dry'])).toBeNull()
      }))

    test('are taken by one worker, longest overdue first, and not before they are due', () =>
      opened(async ({ one, two }) => {
        await schedule(one, 200, NAME, 1)
        await schedule(one, 100, OTHER)
        await schedule(one, 100, { kind: 'dry', subject: 'car' })
        expect(await one.jobs.take(['wash'], 5, lease('a', 99))).toEqual([])
        const [first, second] = await Promise.all([
          one.jobs.take(['wash'], 1, lease('a', 300)),
          two.jobs.take(['wash'], 1, lease('b', 300)),
        ])
        const taken = [...first, ...second].sort((x, y) => x.subject.localeCompare(y.subject))
        expect(taken.map(({ subject, attempts }) => [subject, attempts])).toEqual([
          ['car', 2],
          ['dog', 1],
        ])
        expect(await two.jobs.take(['wash'], 5, lease('c', 300))).toEqual([])
        const leases = new Set([first[0]?.lease, second[0]?.lease])
        expect(leases).toEqual(new Set(['a', 'b']))
      }))

    test('are removed when they are done, and cannot be ended twice', () =>
      opened(async ({ one, two }) => {
        await schedule(one, 100)
        const held = await take(one, 'a', 100)
        expect(await two.jobs.isHeld(held)).toBe(true)
        await end(one, held, { kind: 'done' }, 200)
        expect(await two.jobs.find(NAME)).toBeNull()
        expect(await two.jobs.isHeld(held)).toBe(false)
        const error = await errorOf(end(one, held, { kind: 'done' }, 200))
        expect(isUnmetExpectation(error)).toBe(true)
      }))

    test('that are due again keep the problem and the number of attempts', () =>
      opened(async ({ one }) => {
        await schedule(one, 100)
        const failed = { kind: 'again', dueAtMs: 500, problem: 'no water' } as const
        await end(one, await take(one, 'a', 100), failed, 200)
        const again = { dueAtMs: 500, attempts: 1, problem: 'no water', lease: null }
        expect(await one.jobs.find(NAME)).toMatchObject(again)
        const held = await take(one, 'a', 500)
        expect(held.attempts).toBe(2)
        await end(one, held, { kind: 'again', dueAtMs: 900, problem: null }, 600)
        const anew = { dueAtMs: 900, attempts: 0, problem: null, lease: null }
        expect(await one.jobs.find(NAME)).toMatchObject(anew)
      }))

    test('that were given up are never due, until they are scheduled again', () =>
      opened(async ({ one, two }) => {
        await schedule(one, 100)
        await end(one, await take(one, 'a', 100), { kind: 'gave_up', problem: 'no car' }, 200)
        expect(await two.jobs.find(NAME)).toMatchObject({ gaveUpAtMs: 200, problem: 'no car' })
        expect(await one.jobs.nextDueAtMs(['wash'])).toBeNull()
        expect(await two.jobs.take(['wash'], 5, lease('b', 10_000))).toEqual([])
        await schedule(two, 900)
        const anew = { gaveUpAtMs: null, problem: null, dueAtMs: 900, attempts: 0 }
        expect(await one.jobs.find(NAME)).toMatchObject(anew)
      }))

    test('whose worker died become due again, and its attempt counts', () =>
      opened(async ({ one, two }) => {
        await schedule(one, 100)
        await take(one, 'a', 100)
        expect(await two.jobs.nextDueAtMs(['wash'])).toBe(60_100)
        expect(await two.jobs.take(['wash'], 1, lease('b', 60_099))).toEqual([])
        expect(await take(two, 'b', 60_100)).toMatchObject({ attempts: 2, lease: 'b' })
      }))

    test('whose lease another worker took cannot be ended by the first, whose commit fails', () =>
      opened(async ({ one, two }) => {
        await schedule(one, 100)
        const slow = await take(one, 'a', 100)
        const quick = await take(two, 'b', 60_100)
        const effect = one.jobs.schedule({ ...OTHER, dueAtMs: 1 })
        const commit = one.commit([effect, ...one.jobs.end(slow, { kind: 'done' }, 60_200)])
        expect(isUnmetExpectation(await errorOf(commit))).toBe(true)
        expect(await one.jobs.find(OTHER)).toBeNull()
        await end(two, quick, { kind: 'done' }, 60_300)
        expect(await one.jobs.find(NAME)).toBeNull()
      }))

    test('whose lease has expired can still be ended if no other worker took them', () =>
      opened(async ({ one }) => {
        await schedule(one, 100)
        const slow = await take(one, 'a', 100)
        await end(one, slow, { kind: 'done' }, 1_000_000)
        expect(await one.jobs.find(NAME)).toBeNull()
      }))

    const ends: JobEnd[] = [
      { kind: 'done' },
      { kind: 'again', dueAtMs: 9000, problem: null },
      { kind: 'again', dueAtMs: 9000, problem: 'no water' },
      { kind: 'gave_up', problem: 'no car' },
    ]
    for (const how of ends) {
      test(`that are scheduled meanwhile are due at once (${Object.values(how).join(' ')})`, () =>
        opened(async ({ one, two }) => {
          await schedule(one, 100)
          const held = await take(one, 'a', 100)
          await schedule(two, 50, NAME, 1)
          expect(await one.jobs.find(NAME)).toMatchObject({ dueAtMs: 60_100, lease: 'a' })
          await end(one, held, how, 200)
          expect(await two.jobs.find(NAME)).toEqual({
            ...NAME,
            dueAtMs: 200,
            revision: 2,
            attempts: 1,
            lease: null,
            problem: null,
            gaveUpAtMs: null,
          })
        }))
    }

    test('can be taken by name, due or not', () =>
      opened(async ({ one, two }) => {
        const held = await one.jobs.hold(NAME, lease('a', 100))
        expect(held).toEqual({ ...NAME, revision: 1, attempts: 1, lease: 'a' })
        expect(await two.jobs.hold(NAME, lease('b', 200))).toBeNull()
        expect(await two.jobs.take(['wash'], 1, lease('b', 200))).toEqual([])
        expect(await two.jobs.hold(NAME, lease('b', 60_100))).toMatchObject({ attempts: 2 })
        await schedule(two, 100_000, OTHER)
        expect(await one.jobs.hold(OTHER, lease('a', 100))).toMatchObject({ attempts: 1 })
      }))
  })
}
