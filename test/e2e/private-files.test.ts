import { beforeAll, describe, expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { latchBinary } from '../harness/binary.ts'
import { type Finished, run, type Started, start } from '../harness/process.ts'
import { tempDir } from '../harness/temp-dir.ts'

let binary = ''
beforeAll(async () => {
  binary = await latchBinary()
}, 60_000)

let folder = ''
let dataDir = ''
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)
const modesIn = (directory: string): Record<string, string> =>
  Object.fromEntries(readdirSync(directory).map((name) => [name, modeOf(join(directory, name))]))

/** With whatever umask the operator's shell has. */
const masked = (umask: string, args: readonly string[]): string[] => [
  'sh',
  '-c',
  `umask ${umask}; exec "$0" "$@"`,
  binary,
  ...args,
]

async function serve(umask: string, env: Record<string, string> = {}): Promise<Started> {
  const latch = await start(masked(umask, ['serve', '--port', '0', '--data-dir', dataDir]), {
    cwd: folder,
    env,
  })
  await latch.find(/listens at (\S+)/)
  return latch
}

async function stop(latch: Started): Promise<Finished> {
  latch.signal('SIGTERM')
  const finished = await latch.finished
  expect(finished.exitCode).toBe(0)
  return finished
}

const warnings = ({ stderr }: Finished): string[] =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => (JSON.parse(line) as { msg: string }).msg)

const EVERYTHING = {
  'first-api-key': '600',
  'latch.db': '600',
  'latch.db-shm': '600',
  'latch.db-wal': '600',
  'latch.lock': '600',
  'latch.sock': '600',
  'secret.key': '600',
}

describe('what latch writes', () => {
  for (const umask of ['000', '022', '077', '277']) {
    test(`is accessible only to its owner with umask ${umask}`, async () => {
      folder = tempDir()
      dataDir = join(folder, 'data')
      const latch = await serve(umask)
      expect(modeOf(dataDir)).toBe('700')
      expect(modesIn(dataDir)).toMatchObject(EVERYTHING)
      const backup = join(folder, 'one.backup')
      await run(masked(umask, ['backup', backup, '--data-dir', dataDir]), { cwd: folder })
      expect(modeOf(backup)).toBe('600')
      expect(warnings(await stop(latch))).toEqual([])

      chmodSync(backup, 0o644)
      const restored = await run(masked(umask, ['restore', backup, '--data-dir', dataDir]), {
        cwd: folder,
      })
      expect([restored.stderr, restored.exitCode]).toEqual(['', 0])
      expect(Object.values(modesIn(dataDir))).not.toContain('644')
      expect(modeOf(join(dataDir, 'latch.db'))).toBe('600')
      await stop(await serve(umask))
    }, 30_000)
  }

  test('is made private at start if an older latch left it open', async () => {
    folder = tempDir()
    dataDir = join(folder, 'data')
    const old = await serve('022')
    for (const name of ['latch.db', 'latch.db-wal', 'latch.db-shm', 'latch.lock']) {
      chmodSync(join(dataDir, name), 0o644)
    }
    old.signal('SIGKILL')
    await old.finished
    const latch = await serve('022')
    expect(modesIn(dataDir)).toMatchObject(EVERYTHING)
    await stop(latch)
  }, 30_000)
})

describe('a data directory that latch did not create', () => {
  test('is refused where every user can write to it, with two ways out', async () => {
    folder = tempDir()
    dataDir = join(folder, 'data')
    mkdirSync(dataDir)
    for (const mode of [0o777, 0o1777]) {
      chmodSync(dataDir, mode)
      const refused = await run([binary, 'serve', '--port', '0', '--data-dir', dataDir], {
        cwd: folder,
      })
      expect(refused.exitCode).toBe(1)
      expect(refused.stderr).toContain(`chmod 700 ${dataDir}`)
      expect(readdirSync(dataDir)).toEqual([])
    }
    const within = await run([binary, 'doctor', '--data-dir', join(dataDir, 'latch'), '--json'], {
      cwd: folder,
    })
    expect(within.stderr).not.toContain('Every user')
    chmodSync(dataDir, 0o700)
    await stop(await serve('022'))
    expect(existsSync(join(dataDir, 'latch.db'))).toBe(true)
  }, 30_000)

  for (const [mode, told] of [
    [0o755, /every user of this machine can read/],
    [0o2770, /the group of .* can write to it/],
    [0o750, null],
  ] as const) {
    test(`of mode ${mode.toString(8)} is ${told === null ? 'taken' : 'warned of'}`, async () => {
      folder = tempDir()
      dataDir = join(folder, 'data')
      mkdirSync(dataDir)
      chmodSync(dataDir, mode)
      const latch = await serve('022')
      expect(modesIn(dataDir)).toMatchObject(EVERYTHING)
      expect(warnings(await stop(latch))).toEqual(
        told === null ? [] : [expect.stringMatching(told)],
      )
    })
  }
})

describe('a file with the secret key', () => {
  for (const [mode, told] of [
    [0o400, null],
    [0o440, null],
    [0o444, /every user of this machine can read/],
    [0o644, /every user of this machine can read/],
    [0o660, /the group of .* can write to it/],
  ] as const) {
    test(`of mode ${mode.toString(8)} is ${told === null ? 'taken' : 'warned of'}`, async () => {
      folder = tempDir()
      dataDir = join(folder, 'data')
      const file = join(folder, 'key')
      writeFileSync(file, 'ab'.repeat(32))
      chmodSync(file, mode)
      const finished = await stop(await serve('022', { LATCH_SECRET_KEY_FILE: file }))
      expect(warnings(finished)).toEqual(told === null ? [] : [expect.stringMatching(told)])
      const doctor = await run([binary, 'doctor', '--data-dir', dataDir], {
        cwd: folder,
        env: { LATCH_SECRET_KEY_FILE: file },
      })
      expect(doctor.stdout.includes('warning  secret files')).toBe(told !== null)
      expect(finished.stderr).not.toContain('abab')
    })
  }

  test('is refused where every user can write to it', async () => {
    folder = tempDir()
    dataDir = join(folder, 'data')
    const file = join(folder, 'key')
    writeFileSync(file, 'ab'.repeat(32))
    chmodSync(file, 0o666)
    const refused = await run([binary, 'serve', '--data-dir', dataDir], {
      cwd: folder,
      env: { LATCH_SECRET_KEY_FILE: file },
    })
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toContain(`LATCH_SECRET_KEY_FILE: every user of this machine can write`)
    expect(existsSync(dataDir)).toBe(false)
  })
})
