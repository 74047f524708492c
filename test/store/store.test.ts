import { describe, expect, test } from 'bun:test'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import { openStore } from '../../src/store/store.ts'
import { tempDir } from '../harness/temp-dir.ts'

const sealingWith = (letter: string) =>
  createSealing(createKeyring(new Uint8Array(Buffer.alloc(32, letter))), createRandom())

describe('a store', () => {
  test('can be opened by one process at a time', async () => {
    const dataDir = tempDir()
    const store = await openStore(dataDir, sealingWith('a'))
    await expect(openStore(dataDir, sealingWith('a'))).rejects.toMatchObject({
      code: 'data_dir_in_use',
    })
    await store.close()
    const again = await openStore(dataDir, sealingWith('a'))
    await again.close()
  })

  test('does not open with another secret key', async () => {
    const dataDir = tempDir()
    await (await openStore(dataDir, sealingWith('a'))).close()
    await expect(openStore(dataDir, sealingWith('b'))).rejects.toMatchObject({
      code: 'wrong_secret_key',
    })
  })

  test('works in a directory with any name', async () => {
    const dataDir = `${tempDir()}/with space, 50% & ?#ü`
    const store = await openStore(dataDir, sealingWith('a'))
    await store.close()
    expect([...new Bun.Glob('*').scanSync(dataDir)].sort()).toContain('latch.db')
  })
})
