import { describe, expect, test } from 'bun:test'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { startService, type TestService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const binary = await latchBinary()

const latch = (service: TestService, ...args: string[]) =>
  run([binary, ...args, '--data-dir', service.dataDir, '--json'], { cwd: tempDir() })

const statusWith = async (service: TestService, apiKey: string): Promise<number> =>
  (
    await service.api('GET', '/v2/subscribers', undefined, {
      authorization: `ApiKey ${apiKey}`,
    })
  ).status

describe('while latch runs, a command', () => {
  test('creates a key that works at once, shows its last use, and revokes it at once', async () => {
    const service = await startService()
    const made = JSON.parse((await latch(service, 'keys', 'create', '--name', 'ci')).stdout) as {
      id: string
      apiKey: string
    }
    expect(await statusWith(service, made.apiKey)).toBe(200)
    await service.deps.store.apiKeys.saveUses()
    const listed = JSON.parse((await latch(service, 'keys', 'list')).stdout) as object[]
    expect(listed).toContainEqual(
      expect.objectContaining({ id: made.id, lastUsedAt: expect.stringMatching(/^20/) }),
    )
    expect((await latch(service, 'keys', 'revoke', made.id)).exitCode).toBe(0)
    expect(await statusWith(service, made.apiKey)).toBe(401)
    await service.stop()
  })

  test('creates an environment, and reports invalid input', async () => {
    const service = await startService()
    const { id } = JSON.parse((await latch(service, 'environments', 'create', 'Two')).stdout)
    const { stdout } = await latch(service, 'environments', 'list')
    expect(JSON.parse(stdout)).toMatchObject([{ name: 'Sandbox' }, { id, name: 'Two' }])
    const wrong = await latch(service, 'keys', 'revoke', 'nope')
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, 'latch: No such API key: nope\n'])
    const lost = await latch(service, 'keys', 'list', '--environment', 'none')
    expect([lost.exitCode, lost.stderr]).toMatchObject([2, expect.stringContaining('none')])
    await service.stop()
  })

  test('reaches it by a socket that only its user can open, and that it removes', async () => {
    const service = await startService()
    const socket = join(service.dataDir, 'latch.sock')
    expect((statSync(socket).mode & 0o777).toString(8)).toBe('600')
    const answers = async (path: string, body: string) => {
      const response = await fetch(`http://latch${path}`, { unix: socket, method: 'POST', body })
      return response.status
    }
    expect(await answers('/nothing', '{}')).toBe(404)
    expect(await answers('/keys.create', 'not json')).toBe(400)
    expect(await answers('/keys.create', '{"name": 1}')).toBe(400)
    await service.stop()
    expect(existsSync(socket)).toBe(false)
  })

  test('ignores a socket that a killed latch left behind', async () => {
    const service = await startService()
    await service.stop()
    writeFileSync(join(service.dataDir, 'latch.sock'), '')
    expect((await latch(service, 'keys', 'list')).exitCode).toBe(0)
    const again = await startService({}, service.dataDir)
    expect((await latch(again, 'keys', 'list')).exitCode).toBe(0)
    await again.stop()
  })
})
