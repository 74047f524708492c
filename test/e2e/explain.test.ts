import { describe, expect, test } from 'bun:test'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { startService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const binary = await latchBinary()
const folder = tempDir()
const latch = (...args: string[]) => run([binary, ...args], { cwd: folder })

async function stopped(): Promise<string> {
  const service = await startService()
  await service.stop()
  return service.dataDir
}

describe('latch explain', () => {
  test('explains why a link failed, while latch runs and when it does not', async () => {
    const service = await startService()
    const made = await service.api('POST', '/v1/integrations/channel-endpoints/oauth', {
      subscriberId: 'subscriber-123',
      integrationIdentifier: 'slack',
    })
    const id = String(made.headers.get('latch-link-id'))
    const { url } = made.body as { url: string }
    const page = await service.open(await service.consent(new URL(url), { decision: 'deny' }))
    const reference = String(page.headers.get('x-request-id'))
    const where = ['--data-dir', service.dataDir]
    const running = await latch('explain', id, ...where)
    expect(running.exitCode).toBe(0)
    for (const text of [
      id,
      'for subscriber-123, by slack (Slack)',
      'failed, and can be used until',
      'the link was created',
      `an attempt failed (request ${reference})`,
      'access_denied; the provider said: access_denied',
      'chose Cancel at Slack',
    ]) {
      expect(running.stdout).toContain(text)
    }
    await service.stop()
    const atRest = await latch('explain', reference, ...where)
    expect(atRest.stdout).toBe(running.stdout)
    const told = await latch('explain', reference, '--json', ...where)
    expect(JSON.parse(told.stdout)).toMatchObject({ links: [{ id, status: 'failed' }], code: null })
  })

  test('knows error codes, and says where to look for what it does not know', async () => {
    const where = ['--data-dir', await stopped()]
    const code = await latch('explain', 'AADSTS50194', ...where)
    expect([code.exitCode, code.stdout]).toEqual([0, expect.stringContaining('singleTenant')])
    const unknown = await latch('explain', 'a3f1c9', ...where)
    expect([unknown.exitCode, unknown.stdout]).toEqual([1, expect.stringContaining('in the log')])
  })
})
