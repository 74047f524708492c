import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../src/operator/errors.ts'
import { createRotation } from '../../src/operator/rotation.ts'
import { dataDirMasterKeys } from '../../src/secrets/key-file.ts'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import { STATE_CLOCK_TOLERANCE_MS, STATE_LIFETIME_MS } from '../../src/secrets/state.ts'
import { openSealedStore } from '../harness/sealed-store.ts'
import { tempDir } from '../harness/temp-dir.ts'

/** From then on nothing can come back that the old key has signed. */
const KEEP_MS = STATE_LIFETIME_MS + STATE_CLOCK_TOLERANCE_MS

const random = createRandom()
const nothing = (): void => {}
const log = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  isDebugging: () => false,
}

async function startRotation({ isOwnFile = true } = {}) {
  const dataDir = tempDir()
  const masterKeys = await dataDirMasterKeys(dataDir, random.bytes)
  const sealed = await openSealedStore(dataDir, masterKeys.current, random)
  const { store, keyring } = sealed
  let nowMs = 1_700_000_000_000
  const deps = { store, random, clock: () => nowMs, log }
  const rotation = createRotation({ keyring, masterKeys, isOwnFile }, deps, dataDir)
  return {
    ...sealed,
    dataDir,
    rotation,
    advance: (ms: number) => {
      nowMs += ms
    },
    /** Works until there is nothing to do now, and answers in how many steps. */
    finish: async (): Promise<number> => {
      for (let steps = 1; ; steps += 1) {
        if ((await rotation.step()) === 'done') return steps
      }
    },
    /** Stores a client id sealed with the key that the store began with, as a late writer does. */
    writeLate: async (clientId: string) => {
      const { id } = await sealed.integration()
      const old = createSealing(createKeyring(masterKeys.current), random)
      const place = { table: 'integrations', column: 'credentials', row: id }
      await store.commit([
        {
          sql: 'update "integrations" set "credentials_sealed" = ? where "id" = ?',
          args: [old.seal(JSON.stringify({ clientId }), place), id],
        },
      ])
    },
    keysInFile: async () => dataDirMasterKeys(dataDir, random.bytes),
  }
}

describe('a secret key that is replaced', () => {
  test('is removed only after a second pass over values that may still be encrypted with it', async () => {
    const started = await startRotation()
    const { rotation, keyring, store, integration } = started
    const { checked: resealed } = await store.sealedValues.check()
    await rotation.begin()
    expect(rotation.status()).toMatchObject({ state: 'sealing', resealed: 0 })
    await started.finish()
    expect(rotation.status()).toMatchObject({ state: 'sealed', resealed, unopened: 0 })

    await started.writeLate('late')
    started.advance(KEEP_MS)
    expect(await rotation.step()).toBe('more')
    expect([rotation.status().state, keyring.previous.length]).toEqual(['sealing', 1])
    await started.finish()
    expect(await rotation.step()).toBe('done')

    expect(rotation.status()).toMatchObject({ state: 'idle', previousKids: [] })
    expect(keyring.previous).toEqual([])
    expect((await started.keysInFile()).previous).toEqual([])
    expect((await integration()).credentials).toEqual({ clientId: 'late' })
    expect((await store.sealedValues.check()).undecryptable).toEqual([])
    await store.close()
  })

  test('is kept until no link that it signed can come back', async () => {
    const started = await startRotation()
    const { rotation, keyring, store } = started
    await rotation.begin()
    const kid = keyring.previous[0]?.kid
    for (const ms of [0, KEEP_MS - 1]) {
      started.advance(ms)
      await started.finish()
      expect(rotation.status()).toMatchObject({ state: 'sealed', previousKids: [String(kid)] })
      expect((await started.keysInFile()).previous).toHaveLength(1)
    }
    started.advance(1)
    await started.finish()
    await started.finish()
    expect(rotation.status().state).toBe('idle')
    await store.close()
  })

  test('is kept for as long as the latest that was replaced after it', async () => {
    const started = await startRotation()
    const { rotation, store } = started
    await rotation.begin()
    started.advance(KEEP_MS - 1)
    await rotation.begin()
    await started.finish()
    started.advance(1)
    await started.finish()
    expect(rotation.status().previousKids).toHaveLength(2)
    started.advance(KEEP_MS - 1)
    await started.finish()
    await started.finish()
    expect(rotation.status().previousKids).toEqual([])
    await store.close()
  })

  // docs/decisions/0014-secrets.md
  test('leaves nothing that it has sealed in the files, not even what was deleted', async () => {
    const started = await startRotation()
    const { rotation, keyring, store, dataDir } = started
    const { kid } = keyring.current
    const { idempotencyRecords } = store
    const expiresAtMs = 1_700_000_000_000
    await idempotencyRecords.prepare(expiresAtMs)
    const record = { fingerprint: '', status: 201, body: '{}', headers: null, expiresAtMs }
    await store.commit([idempotencyRecords.insert({ ...record, scope: 'before' })])
    for (let times = 0; times < 50; times += 1) {
      await started.writeLate('x'.repeat(100 * times))
    }
    const occurrences = (text: string): number =>
      ['latch.db', 'latch.db-wal']
        .map((name) => readFileSync(join(dataDir, name), 'latin1').split(text).length - 1)
        .reduce((sum, count) => sum + count, 0)
    expect(occurrences(`s2.${kid}.`)).toBeGreaterThan(10)

    await rotation.begin()
    await started.finish()
    await idempotencyRecords.prepare(expiresAtMs)
    await store.commit([idempotencyRecords.insert({ ...record, scope: 'after' })])
    expect(occurrences(`s2.${kid}.`)).toBe(0)
    // Records have keys of their own: another from now on.
    expect(occurrences(`d1.19675.${keyring.current.kid}.`)).toBeGreaterThan(0)
    for (const scope of ['before', 'after']) {
      expect((await idempotencyRecords.find(scope))?.body).toBe('{}')
    }

    await started.writeLate('late')
    started.advance(KEEP_MS)
    await started.finish()
    await started.finish()
    expect([rotation.status().state, occurrences(`s2.${kid}.`)]).toEqual(['idle', 0])
    expect((await store.sealedValues.check()).undecryptable).toEqual([])
    expect((await idempotencyRecords.find('before'))?.body).toBe('{}')
    await store.close()
  })

  test('is not replaced if the operator supplies it', async () => {
    const { rotation, keyring, store } = await startRotation({ isOwnFile: false })
    const { kid } = keyring.current
    await expect(rotation.begin()).rejects.toBeInstanceOf(UsageError)
    expect([keyring.current.kid, rotation.status().state]).toEqual([kid, 'idle'])
    await store.close()
  })
})
