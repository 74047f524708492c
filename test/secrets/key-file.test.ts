import { beforeEach, describe, expect, test } from 'bun:test'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dataDirMasterKeys, MasterKeyError, replaceMasterKeys } from '../../src/secrets/key-file.ts'
import { parseMasterKeys } from '../../src/secrets/master-keys.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { tempDir } from '../harness/temp-dir.ts'

const { bytes } = createRandom()
const mustNotBeAsked = (): never => {
  throw new Error('a new key was made')
}
const permissions = (path: string): string => (statSync(path).mode & 0o777).toString(8)

let dataDir = ''
let file = ''
beforeEach(() => {
  dataDir = join(tempDir(), 'new', 'data')
  file = join(dataDir, 'secret.key')
})

const currentKey = async (
  make: (length: number) => Uint8Array = mustNotBeAsked,
): Promise<Uint8Array> => (await dataDirMasterKeys(dataDir, make)).current

const refusal = async (): Promise<string> => {
  const error = await dataDirMasterKeys(dataDir, mustNotBeAsked).catch((reason: unknown) => reason)
  if (!(error instanceof MasterKeyError)) throw new Error(`not refused: ${String(error)}`)
  return error.message
}

describe('the master key of a data directory', () => {
  test('is made on the first start, for its owner alone', async () => {
    const key = await currentKey(bytes)
    expect(key.length).toBe(32)
    expect(permissions(file)).toBe('600')
    expect(permissions(dataDir)).toBe('700')
    expect(readdirSync(dataDir)).toEqual(['secret.key'])
  })

  test('is for its owner alone in a directory that is open to others, too', async () => {
    dataDir = tempDir()
    chmodSync(dataDir, 0o755)
    await currentKey(bytes)
    expect(permissions(join(dataDir, 'secret.key'))).toBe('600')
  })

  test('is not made in a directory that every user can write to', async () => {
    dataDir = tempDir()
    for (const mode of [0o777, 0o1777, 0o702]) {
      chmodSync(dataDir, mode)
      const error = await dataDirMasterKeys(dataDir, mustNotBeAsked).catch((reason) => reason)
      expect(error).toMatchObject({ name: 'InsecurePermissionsError' })
      expect(String(error)).toContain(`chmod 700 ${dataDir}`)
    }
    expect(readdirSync(dataDir)).toEqual([])
  })

  test('is the same on every later start', async () => {
    const key = await currentKey(bytes)
    expect(await currentKey()).toEqual(key)
  })

  test('is another in another directory', async () => {
    const key = await currentKey(bytes)
    expect((await dataDirMasterKeys(tempDir(), bytes)).current).not.toEqual(key)
  })

  test('can be given by LATCH_SECRET_KEY as it stands in its file', async () => {
    const key = await currentKey(bytes)
    expect(parseMasterKeys(readFileSync(file, 'utf8'))?.current).toEqual(key)
  })

  for (const mode of [0o640, 0o604, 0o620, 0o610, 0o644, 0o666]) {
    test(`is refused with mode ${mode.toString(8)}, and the repair is told`, async () => {
      await currentKey(bytes)
      chmodSync(file, mode)
      expect(await refusal()).toContain(`chmod 600 ${file}`)
      chmodSync(file, 0o600)
      expect((await currentKey()).length).toBe(32)
    })
  }

  const damaged: [string, string][] = [
    ['empty', ''],
    ['cut off', Buffer.alloc(31, 'k').toString('base64')],
    ['too long', Buffer.alloc(33, 'k').toString('base64')],
    ['something else', 'this was never a key\n'],
  ]
  for (const [name, content] of damaged) {
    test(`is refused where its file is ${name}, and the file is left as it is`, async () => {
      await currentKey(bytes)
      writeFileSync(file, content)
      expect(await refusal()).toContain(`${file} is damaged`)
      expect(readFileSync(file, 'utf8')).toBe(content)
    })
  }

  test('is not made anew beside a database that needs the lost one', async () => {
    dataDir = tempDir()
    file = join(dataDir, 'secret.key')
    writeFileSync(join(dataDir, 'latch.db'), '')
    expect(await refusal()).toContain(`${file} is missing`)
    expect(existsSync(file)).toBe(false)
  })

  test('never stands in what is said of it', async () => {
    const key = await currentKey(bytes)
    chmodSync(file, 0o644)
    expect(await refusal()).not.toContain(Buffer.from(key).toString('base64'))
  })

  test('is replaced whole, with the one before it beside it', async () => {
    const old = await currentKey(bytes)
    const current = bytes(32)
    const keys = { current, previous: [{ key: old, retiredAtMs: 1_790_000_000_000 }] }
    await replaceMasterKeys(dataDir, keys)
    expect(await dataDirMasterKeys(dataDir, mustNotBeAsked)).toEqual(keys)
    expect(permissions(file)).toBe('600')
    expect(readdirSync(dataDir)).toEqual(['secret.key'])
  })

  test('is replaced also where an earlier attempt was cut off', async () => {
    await currentKey(bytes)
    writeFileSync(`${file}.new`, 'half a k', { mode: 0o644 })
    const keys = { current: bytes(32), previous: [] }
    await replaceMasterKeys(dataDir, keys)
    expect(await currentKey()).toEqual(keys.current)
    expect(permissions(file)).toBe('600')
  })
})
