import { expect, test } from 'bun:test'
import { createRandom } from '../../src/secrets/random.ts'
import type { SealedCursor } from '../../src/store/sealed-values.ts'
import { openSealedStore } from '../harness/sealed-store.ts'
import { tempDir } from '../harness/temp-dir.ts'

test('resealing does not overwrite a value that is written meanwhile', async () => {
  const random = createRandom()
  const { store, keyring, integration, rename, afterNextSeal } = await openSealedStore(
    tempDir(),
    random.bytes(32),
    random,
  )
  keyring.rotate(random.bytes(32))

  // After the old value was read, and before the same is written, sealed with the new key.
  const written: Promise<void>[] = []
  afterNextSeal(() => {
    written.push(store.commit([rename('newer')]))
  })
  let cursor: SealedCursor | null = null
  do {
    cursor = (await store.sealedValues.reseal(cursor)).next
  } while (cursor !== null)
  await Promise.all(written)

  expect(written).toHaveLength(1)
  expect((await integration()).credentials).toEqual({ clientId: 'newer' })
  expect((await store.sealedValues.check()).undecryptable).toEqual([])
  await store.close()
})
