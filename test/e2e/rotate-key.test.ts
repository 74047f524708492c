import { describe, expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { startService, type TestService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const binary = await latchBinary()

const latch = (service: TestService, ...args: string[]) =>
  run([binary, ...args, '--data-dir', service.dataDir, '--json'], { cwd: tempDir() })

describe('latch rotate-key', () => {
  const link = { subscriberId: 'subscriber-123', integrationIdentifier: 'slack' }
  const askWithKey = (service: TestService) =>
    service.api('POST', '/v1/integrations/channel-endpoints/oauth', link, {
      'idempotency-key': 'before',
    })
  const keyFile = (service: TestService): string[] =>
    readFileSync(join(service.dataDir, 'secret.key'), 'utf8').trim().split('\n')
  /** Until the background has had its turn. */
  const until = async (holds: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 100 && !holds(); tries += 1) await Bun.sleep(50)
    expect(holds()).toBe(true)
  }

  test('re-encrypts everything while latch runs, and open links still work', async () => {
    const service = await startService()
    const first = await askWithKey(service)
    const consent = await service.link()
    const [old] = keyFile(service)
    const rotated = await latch(service, 'rotate-key')
    expect([rotated.exitCode, rotated.stderr]).toEqual([0, ''])
    const { kid, ...counts } = JSON.parse(rotated.stdout) as { kid: string }
    // Two integrations, a connection, the key of the events, and the recorded answer.
    expect(counts).toEqual({ resealed: 5, unopened: 0, signingKeys: 0 })
    expect((await service.link()).searchParams.get('state')).toStartWith(`${kid}.`)

    const [current, previous] = keyFile(service)
    expect(current).not.toBe(old)
    expect(previous).toStartWith(`${old} retired 20`)
    const opened = await service.open(await service.consent(consent))
    expect(opened.status).toBe(200)
    expect(await service.endpoints()).toHaveLength(1)
    expect((await askWithKey(service)).body).toEqual(first.body)
    const { stdout } = await latch(service, 'check-key')
    expect(JSON.parse(stdout)).toMatchObject({ dead: [] })

    service.advance(5 * 60_000)
    await Bun.sleep(0)
    expect(keyFile(service)).toHaveLength(2)
    service.advance(60_001)
    await until(() => keyFile(service).length === 1)
    expect(keyFile(service)).toEqual([String(current)])
    expect(service.deps.config.masterKeys).toBeNull()
    await service.stop()
    const again = await startService({}, service.dataDir)
    expect(JSON.parse((await latch(again, 'check-key')).stdout)).toMatchObject({ dead: [] })
    await again.stop()
  })

  test('works while latch is stopped, and the next start completes it', async () => {
    const service = await startService()
    await service.stop()
    const rotated = await latch(service, 'rotate-key')
    expect(JSON.parse(rotated.stdout)).toMatchObject({ resealed: 4, unopened: 0 })
    expect(keyFile(service)).toHaveLength(2)
    const again = await startService({}, service.dataDir)
    again.advance(6 * 60_000 + 1)
    await until(() => keyFile(again).length === 1)
    await again.stop()
  })

  test('is refused if the operator supplies the key, who adds the new one before the old', async () => {
    const [old, young] = ['ab', 'cd'].map((byte) => byte.repeat(32))
    const service = await startService({ LATCH_SECRET_KEY: String(old) })
    const refused = await latch(service, 'rotate-key')
    expect([refused.exitCode, refused.stderr]).toMatchObject([
      2,
      expect.stringContaining('set by LATCH_SECRET_KEY'),
    ])
    await service.stop()
    const both = await startService({ LATCH_SECRET_KEY: `${young}\n${old}` }, service.dataDir)
    await until(() =>
      both.logged.some(({ message }) => message.startsWith('everything is encrypted')),
    )
    expect((await latch(both, 'check-key')).exitCode).toBe(0)
    await both.stop()
    const alone = await startService({ LATCH_SECRET_KEY: String(young) }, service.dataDir)
    expect((await askWithKey(alone)).status).toBe(201)
    await alone.stop()
    const wrong = startService({ LATCH_SECRET_KEY: String(old) }, service.dataDir)
    expect(wrong).rejects.toThrow('was created with a different secret key')
  })

  test('that was interrupted needs the old key at the next start, and continues with it', async () => {
    const service = await startService()
    const [old] = keyFile(service)
    for (let index = 0; index < 250; index += 1) {
      const headers = { 'idempotency-key': `k${index}` }
      await service.api('POST', '/v1/integrations/channel-endpoints/oauth', link, headers)
    }
    await service.stop()
    // As it stands after the file was written, and a kill before anything was sealed anew.
    const young = Buffer.alloc(32, 7).toString('base64')
    const file = join(service.dataDir, 'secret.key')
    writeFileSync(file, `${young}\n`)
    expect(startService({}, service.dataDir)).rejects.toThrow(
      'was created with a different secret key',
    )
    writeFileSync(file, `${young}\n${old} retired ${new Date().toISOString()}\n`)
    const again = await startService({}, service.dataDir)
    again.advance(6 * 60_000)
    await until(() => keyFile(again).length === 1)
    const { stdout } = await latch(again, 'check-key')
    expect(JSON.parse(stdout)).toMatchObject({ dead: [] })
    await again.stop()
  })
})
