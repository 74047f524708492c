import { join } from 'node:path'
import { createKeyring, type Keyring } from '../../../src/secrets/keyring.ts'
import { createRandom } from '../../../src/secrets/random.ts'
import { createSealing } from '../../../src/secrets/sealing.ts'
import { type Client, openClient } from '../../../src/store/database/client.ts'
import type { NewEvent } from '../../../src/store/events/events.ts'
import type { EventProblem } from '../../../src/store/events/verify.ts'
import { isUnmetExpectation } from '../../../src/store/failures.ts'
import { openStore, type Store } from '../../../src/store/store.ts'
import type { Write } from '../../../src/store/writer/writes.ts'
import { tempDir } from '../../harness/temp-dir.ts'

export const ENVIRONMENT = 'e'.repeat(24)
export const MINUTE_MS = 60_000

export const event = (number: number, changes: Partial<NewEvent> = {}): NewEvent => ({
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

export const problem = (
  kind: EventProblem['kind'],
  fromId: number,
  toId = fromId,
): EventProblem[] => [{ kind, fromId, toId }]

/** A store of its own, and what its events are worked on by. */
export type EventStore = {
  readonly store: Store
  /** As somebody who can write to the database, and lacks the key. */
  readonly intruder: Client
  append(...numbers: number[]): Promise<void>
  /** Signs all that is there, as the job does. */
  checkpoint(atMs: number): Promise<void>
  /** Removes what is old, as the job does, and answers in how many steps. */
  sweep(beforeMs: number): Promise<number>
  problems(): Promise<EventProblem[]>
  /** The ids of the events that are read. */
  pageIds(): Promise<number[]>
  isRefused(writes: readonly Write[]): Promise<boolean>
  /** Nine events, a checkpoint over each three. */
  appendNine(): Promise<void>
  /** Closes the store, and opens it with other keys. */
  reopen(keyring: Keyring): Promise<void>
  close(): Promise<void>
}

export async function openEventStore(keyring: Keyring): Promise<EventStore> {
  const dataDir = tempDir()
  const open = (keys: Keyring) => openStore(dataDir, createSealing(keys, createRandom()))
  let store = await open(keyring)
  const intruder = await openClient(join(dataDir, 'latch.db'))
  // The store moves events to their indexes in the background.
  await intruder.execute('pragma busy_timeout = 5000')
  const append: EventStore['append'] = (...numbers) =>
    store.commit(numbers.map((number) => store.events.append(event(number))))
  const checkpoint: EventStore['checkpoint'] = async (atMs) => {
    await store.events.index()
    for (;;) {
      const next = await store.events.checkpoints.next(atMs)
      if (next === null) return
      await store.commit([...next.expects, ...next.writes])
    }
  }
  return {
    get store() {
      return store
    },
    intruder,
    append,
    checkpoint,
    sweep: async (beforeMs) => {
      for (let steps = 0; ; steps += 1) {
        const old = await store.events.checkpoints.oldest(beforeMs)
        if (old === null) return steps
        await store.commit(old.writes)
      }
    },
    problems: async () => (await store.events.verify()).problems,
    pageIds: async () => {
      const page = await store.events.page({ environmentId: ENVIRONMENT, afterId: 0 }, 100)
      return page.map(({ id }) => id)
    },
    isRefused: (writes) => store.commit(writes).then(() => false, isUnmetExpectation),
    appendNine: async () => {
      for (const first of [1, 4, 7]) {
        await append(first, first + 1, first + 2)
        await checkpoint(first * MINUTE_MS)
      }
    },
    reopen: async (keys) => {
      await store.close()
      store = await open(keys)
    },
    close: async () => {
      intruder.close()
      await store.close()
    },
  }
}

/** A ring with one key, which is not secret. */
export const keyringOf = (byte: number): Keyring => createKeyring(new Uint8Array(32).fill(byte))
