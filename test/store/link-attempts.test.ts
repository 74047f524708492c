import { afterAll, expect, test } from 'bun:test'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import { isUniqueViolation } from '../../src/store/failures.ts'
import { openStore } from '../../src/store/store.ts'
import { tempDir } from '../harness/temp-dir.ts'

// docs/decisions/0007-single-use-links.md
const keyring = createKeyring(new Uint8Array(32).fill(1))
const store = await openStore(tempDir(), createSealing(keyring, createRandom()))
const environmentId = 'e'
await store.commit([
  store.environments.insert({ id: environmentId, organizationId: 'o', name: 'n', createdAtMs: 1 }),
])
afterAll(() => store.close())

const claim = (jti: string, attemptId: string, claimedAtMs = 1) =>
  store.linkAttempts.claim({ jti, attemptId, environmentId, claimedAtMs })

test('of many who claim an attempt at once, one gets it', async () => {
  const claims = await Promise.all(Array.from({ length: 20 }, () => claim('once', 'a')))
  expect(claims.toSorted()).toEqual(['claimed', ...Array<'taken'>(19).fill('taken')])
})

test('a link has 10 attempts, also where more are claimed at once', async () => {
  const claims = await Promise.all(
    Array.from({ length: 15 }, (_, index) => claim('many', `a${index}`)),
  )
  expect(claims.filter((one) => one === 'claimed')).toHaveLength(10)
  expect(claims.filter((one) => one === 'exhausted')).toHaveLength(5)
  expect(await claim('many', 'a0')).toBe('taken')
  expect(await claim('another', 'a0')).toBe('claimed')
  // An attempt that is withdrawn does not count.
  await store.commit([store.linkAttempts.release({ jti: 'many', attemptId: 'a0' })])
  expect(await claim('many', 'a14')).toBe('claimed')
})

test('only the first outcome of an attempt is kept, and a settled one is not withdrawn', async () => {
  const name = { jti: 'settled', attemptId: 'a' }
  await claim(name.jti, name.attemptId)
  const { linkAttempts } = store
  await store.commit([linkAttempts.expectUnsettled(name), linkAttempts.settle(name, 'first')])
  await store.commit([linkAttempts.settle(name, 'second'), linkAttempts.release(name)])
  expect(await linkAttempts.find(name)).toMatchObject({ outcome: 'first' })
  const late = store.commit([linkAttempts.expectUnsettled(name)])
  expect(await late.then(() => 'committed', String)).not.toBe('committed')
})

test('a link is spent once, and with it everything else of that commit', async () => {
  const state = { jti: 'spent', environmentId, claimedAtMs: 1 }
  expect(await store.spentStates.isSpent('spent')).toBe(false)
  await store.commit([store.spentStates.spend(state)])
  expect(await store.spentStates.isSpent('spent')).toBe(true)
  const name = { jti: 'spent', attemptId: 'a' }
  await claim(name.jti, name.attemptId)
  const again = store.commit([
    store.linkAttempts.settle(name, 'linked'),
    store.spentStates.spend(state),
  ])
  expect(await again.then(() => false, isUniqueViolation)).toBe(true)
  expect(await store.linkAttempts.find(name)).toMatchObject({ outcome: null })
})

test('old attempts and links are removed in batches, and no younger ones', async () => {
  for (let index = 0; index < 5; index += 1) await claim(`old-${index}`, 'a', -1000 + index)
  const { linkAttempts, spentStates } = store
  expect(await linkAttempts.oldestClaimMs()).toBe(-1000)
  expect(await linkAttempts.removeOld(-998, 2)).toBe(2)
  expect(await linkAttempts.removeOld(-998, 2)).toBe(1)
  expect(await linkAttempts.oldestClaimMs()).toBe(-997)
  await store.commit([spentStates.spend({ jti: 'old', environmentId, claimedAtMs: -50 })])
  expect(await spentStates.oldestClaimMs()).toBe(-50)
  expect(await spentStates.removeOld(-50, 10)).toBe(1)
  expect(await spentStates.isSpent('old')).toBe(false)
})
