import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { readDatabase } from '../harness/read-database.ts'
import { tempDir } from '../harness/temp-dir.ts'

const DAY_MS = 24 * 60 * 60_000
const NOW_MS = 20_000 * DAY_MS

function openRecords() {
  const dataDir = tempDir()
  const sealing = createSealing(createKeyring(new Uint8Array(32).fill(1)), createRandom())
  const inDatabase = (query: string): string[] =>
    readDatabase(join(dataDir, 'latch.db'), ({ rows }) =>
      rows(query).map((row) => String(Object.values(row)[0])),
    )
  return {
    open: () => openStore(dataDir, sealing),
    sealing,
    keys: () => inDatabase("select name from own_keys where name like 'idempotency/%' order by 1"),
    sealedOf: (scope: string) =>
      inDatabase(`select body_sealed from idempotency_records where scope = '${scope}'`)[0] ?? '',
  }
}

async function insert(store: Store, scope: string, expiresAtMs: number): Promise<void> {
  await store.idempotencyRecords.prepare(expiresAtMs)
  const body = `body of ${scope}`
  const record = { scope, fingerprint: '', status: 201, body, headers: null, expiresAtMs }
  await store.commit([store.idempotencyRecords.insert(record)])
}

const bodyOf = async (store: Store, scope: string): Promise<string | undefined> =>
  (await store.idempotencyRecords.find(scope))?.body

// docs/decisions/0014-secrets.md
test('the records of each day have a key of their own, which is deleted after that day', async () => {
  const { open, sealing, keys, sealedOf } = openRecords()
  const kid = sealing.currentKid()
  let store = await open()
  await Promise.all(['a', 'b', 'c'].map((scope) => insert(store, scope, NOW_MS)))
  await insert(store, 'tomorrow', NOW_MS + DAY_MS)
  expect(store.idempotencyRecords.prepare(NOW_MS + 1)).toBeNull()
  await store.close()
  expect(keys()).toEqual([`idempotency/20000.${kid}`, `idempotency/20001.${kid}`])
  expect(sealedOf('a')).toStartWith(`d1.20000.${kid}.`)
  expect(sealedOf('tomorrow')).toStartWith(`d1.20001.${kid}.`)

  store = await open()
  for (const scope of ['a', 'b', 'c', 'tomorrow']) {
    expect(await bodyOf(store, scope)).toBe(`body of ${scope}`)
  }
  // A record that a clock behind this one still takes for valid can be opened for another day.
  expect(await store.idempotencyRecords.removeExpired(NOW_MS + DAY_MS - 1, 10)).toBe(3)
  await store.close()
  expect(keys()).toHaveLength(2)
  store = await open()
  expect(await store.idempotencyRecords.removeExpired(NOW_MS + 2 * DAY_MS, 10)).toBe(1)
  await store.close()
  expect(keys()).toEqual([`idempotency/20001.${kid}`])
})

test('the key of a day stays while a record of that day is there', async () => {
  const { open, sealing, keys } = openRecords()
  const store = await open()
  for (const scope of ['a', 'b', 'c']) await insert(store, scope, NOW_MS)
  // After a long pause there are more expired records than are removed at once.
  expect(await store.idempotencyRecords.removeExpired(NOW_MS + 3 * DAY_MS, 2)).toBe(2)
  expect(keys()).toEqual([`idempotency/20000.${sealing.currentKid()}`])
  expect(await bodyOf(store, 'c')).toBe('body of c')
  expect(await store.idempotencyRecords.removeExpired(NOW_MS + 3 * DAY_MS, 2)).toBe(1)
  expect(keys()).toEqual([])
  await store.close()
})

test('a record that is sealed as midnight passes has a key that lasts as long as it', async () => {
  const { open, sealing, sealedOf } = openRecords()
  const kid = sealing.currentKid()
  let store = await open()
  await insert(store, 'yesterday', NOW_MS - DAY_MS)
  await store.close()
  store = await open()
  const { idempotencyRecords } = store
  await idempotencyRecords.prepare(NOW_MS + DAY_MS - 1)
  expect(await bodyOf(store, 'yesterday')).toBe('body of yesterday')
  const expiresAtMs = NOW_MS + DAY_MS
  const record = { scope: 'm', fingerprint: '', status: 201, body: 'm', headers: null, expiresAtMs }
  await store.commit([idempotencyRecords.insert(record)])
  expect(sealedOf('m')).toStartWith(`d1.20000.${kid}.`)
  await store.close()
})

test('a record cannot be opened in the place of another, nor without its key', async () => {
  const { open } = openRecords()
  const store = await open()
  await insert(store, 'one', NOW_MS)
  await insert(store, 'two', NOW_MS)
  const change = (sql: string) => store.commit([{ sql, args: [] }])
  await change(
    'update idempotency_records set body_sealed = ' +
      "(select body_sealed from idempotency_records where scope = 'one') where scope = 'two'",
  )
  const failure = bodyOf(store, 'two').then(String, (error: Error) => error.message)
  expect(await failure).toContain('not_authentic')
  expect(await bodyOf(store, 'one')).toBe('body of one')
  await store.idempotencyRecords.removeExpired(NOW_MS - 1 + 2 * DAY_MS, 0)
  await change("delete from own_keys where name like 'idempotency/%'")
  await store.close()

  const again = await open()
  const gone = bodyOf(again, 'one').then(String, (error: Error) => error.message)
  expect(await gone).toContain('unknown_key')
  await again.close()
})

test('a record of an earlier version, sealed with the secret key, can be opened', async () => {
  const { open, sealing } = openRecords()
  const store = await open()
  await insert(store, 'old', NOW_MS)
  const place = { table: 'idempotency_records', column: 'body', row: 'old' }
  const args = [sealing.seal('sealed before', place)]
  await store.commit([{ sql: 'update idempotency_records set body_sealed = ?', args }])
  expect(await bodyOf(store, 'old')).toBe('sealed before')
  await store.close()
})
