import { expect, test } from 'bun:test'
import { loadKeys } from '../../src/commands/load-keys.ts'
import { createEnvironmentAction, listEnvironmentsAction } from '../../src/operator/environments.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import { lockDataDir } from '../../src/store/database/lock.ts'
import { openStore } from '../../src/store/store.ts'
import { tempDir } from '../harness/temp-dir.ts'

// Bun does not run the macro of the migrations if this is the first to import the store.
const { withActions } = await import('../../src/commands/run-action.ts')

/** Whether some process has the data open. */
async function isOpen(dataDir: string): Promise<boolean> {
  const lock = await lockDataDir(dataDir)
  lock?.release()
  return lock === null
}

test('without a running latch, a command opens the data once for all of its actions', async () => {
  const dataDir = tempDir()
  const random = createRandom()
  const { keyring } = await loadKeys({ masterKeys: null, dataDir }, random)
  await (await openStore(dataDir, createSealing(keyring, random))).close()
  const names = await withActions({ dataDir }, async (run) => {
    expect(await isOpen(dataDir)).toBe(false)
    await run(createEnvironmentAction, { name: 'one' })
    expect(await isOpen(dataDir)).toBe(true)
    await run(createEnvironmentAction, { name: 'two' })
    expect(await isOpen(dataDir)).toBe(true)
    return (await run(listEnvironmentsAction, {})).map(({ name }) => name)
  })
  expect(names.slice(-2)).toEqual(['one', 'two'])
  expect(await isOpen(dataDir)).toBe(false)
})

test('a command that fails leaves the data closed', async () => {
  const dataDir = tempDir()
  const random = createRandom()
  const { keyring } = await loadKeys({ masterKeys: null, dataDir }, random)
  await (await openStore(dataDir, createSealing(keyring, random))).close()
  const failure = withActions({ dataDir }, async (run) => {
    await run(listEnvironmentsAction, {})
    throw new Error('the disk is full')
  })
  expect(await failure.catch(String)).toBe('Error: the disk is full')
  expect(await isOpen(dataDir)).toBe(false)
})
