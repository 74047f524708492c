import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'
import { expectConforms, expectLinksToGuide } from './contract.ts'

describe('409', async () => {
  const service = await startService(WITH_LIMITS)

  test('an idempotency key whose first request is still running', async () => {
    // While another process holds the write lock, the first request waits for its commit.
    const holder = Bun.spawn(
      [
        process.execPath,
        join(import.meta.dir, '../harness/hold-write-lock.ts'),
        service.databaseFile,
        '500',
      ],
      { stdout: 'pipe' },
    )
    await holder.stdout.getReader().read()
    const key = { 'idempotency-key': 'slow' }
    const first = service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    const second = await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    expectConforms(second, 409)
    expect(second.body).toMatchObject({
      message: 'Request with key "slow" is currently being processed. Please retry after 1 second',
    })
    expect(second.headers.get('retry-after')).toBe('1')
    expect(second.headers.get('idempotency-key')).toBe('slow')
    await expectLinksToGuide(service, second)
    expect((await first).status).toBe(201)
    const third = await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    expect(third.text).toBe((await first).text)
    await holder.exited
  })
})
