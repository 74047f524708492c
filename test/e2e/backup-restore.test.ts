import { describe, expect, test } from 'bun:test'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { latchBinary } from '../harness/binary.ts'
import { firstApiKey, run, start } from '../harness/process.ts'
import { API_KEY, startService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const binary = await latchBinary()
const folder = tempDir()
const latch = (...args: string[]) => run([binary, ...args], { cwd: folder })

async function stopped(): Promise<string> {
  const service = await startService()
  await service.stop()
  return service.dataDir
}

describe('latch backup and restore', () => {
  test('restore a backup that was made while latch was running', async () => {
    const service = await startService()
    await service.api('POST', '/v2/subscribers', { subscriberId: 'kept' })
    const file = join(folder, 'one.backup')
    const made = await latch('backup', file, '--data-dir', service.dataDir)
    expect([made.exitCode, made.stdout]).toMatchObject([
      0,
      expect.stringContaining('Keep a copy of the secret key'),
    ])
    expect((await latch('backup', file, '--data-dir', service.dataDir)).exitCode).toBe(1)
    await service.api('POST', '/v2/subscribers', { subscriberId: 'after' })

    const busy = await latch('restore', file, '--data-dir', service.dataDir)
    expect([busy.exitCode, busy.stderr]).toMatchObject([1, expect.stringContaining('is running')])
    await service.stop()
    expect((await latch('restore', file, '--data-dir', service.dataDir)).exitCode).toBe(0)
    const again = await startService({}, service.dataDir)
    const status = async (id: string) => (await again.api('GET', `/v2/subscribers/${id}`)).status
    expect([await status('kept'), await status('after')]).toEqual([200, 404])
    await again.stop()
  })

  test('refuse a damaged backup, and one without its key, and change nothing', async () => {
    const dataDir = await stopped()
    const other = await stopped()
    const file = join(folder, 'two.backup')
    await latch('backup', file, '--data-dir', dataDir)
    const broken = join(folder, 'broken.backup')
    writeFileSync(broken, 'not a database')
    const bare = join(folder, 'bare')
    mkdirSync(bare)
    for (const [from, into, says] of [
      [broken, dataDir, 'is damaged, or is not a backup of latch'],
      [join(folder, 'none'), dataDir, 'does not exist'],
      [file, other, 'was created with a different secret key'],
      [file, bare, 'cannot be used without its secret key'],
    ] as const) {
      const { exitCode, stderr } = await latch('restore', from, '--data-dir', into)
      expect([exitCode, stderr]).toMatchObject([1, expect.stringContaining(says)])
    }
    const service = await startService({}, other)
    expect(
      (
        await service.api('GET', '/v2/subscribers', undefined, {
          authorization: `ApiKey ${API_KEY}`,
        })
      ).status,
    ).toBe(200)
    await service.stop()
    // On a new machine, with the key put there first.
    cpSync(join(dataDir, 'secret.key'), join(bare, 'secret.key'))
    expect((await latch('restore', file, '--data-dir', bare)).exitCode).toBe(0)
    const moved = await startService({}, bare)
    await moved.stop()
  })
})

test('a stopped latch leaves all data in latch.db', async () => {
  const args = [binary, 'serve', '--port', '0', '--data-dir', join(tempDir(), 'data')]
  const dataDir = args.at(-1) ?? ''
  const first = await start(args, { cwd: folder })
  const apiKey = await firstApiKey(first)
  const ask = (line: string, path: string, init?: RequestInit): Promise<Response> =>
    fetch(`${line.split(' ').at(-1)}${path}`, {
      ...init,
      headers: { authorization: `ApiKey ${apiKey}`, 'content-type': 'application/json' },
    })
  const body = JSON.stringify({ subscriberId: 'kept' })
  expect((await ask(first.firstLine, '/v2/subscribers', { method: 'POST', body })).status).toBe(201)
  first.signal('SIGTERM')
  await first.finished

  const copy = tempDir()
  for (const file of ['latch.db', 'secret.key']) cpSync(join(dataDir, file), join(copy, file))
  const second = await start([...args.slice(0, -1), copy], { cwd: folder })
  expect((await ask(second.firstLine, '/v2/subscribers/kept')).status).toBe(200)
  second.signal('SIGTERM')
  await second.finished
})
