import { describe, expect, test } from 'bun:test'
import { LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'
import { expectConforms } from './contract.ts'

describe('404', async () => {
  const service = await startService(WITH_LIMITS)

  for (const [field, value] of [
    ['subscriberId', 'nobody'],
    ['integrationIdentifier', 'none'],
    ['connectionIdentifier', 'none'],
  ] as const) {
    test(`an unknown ${field}`, async () => {
      const answer = await service.api('POST', LINK_PATH, { ...SAMPLE_BODY, [field]: value })
      expectConforms(answer, 404)
      expect(answer.text).toContain(value)
    })
  }

  test('an unknown route, with a key and without', async () => {
    const known = await service.api('POST', '/v1/integrations/nowhere/oauth', SAMPLE_BODY)
    expectConforms(known, 404)
    expect(known.body).toMatchObject({ message: 'Cannot POST /v1/integrations/nowhere/oauth' })
    const stranger = await service.api('GET', '/nowhere?code=secret', undefined, {
      authorization: '',
    })
    expectConforms(stranger, 404, { authenticated: false })
    expect(stranger.text).not.toContain('secret')
  })

  test('is recorded: repeating the request gets the same response', async () => {
    const body = { ...SAMPLE_BODY, subscriberId: 'late' }
    const key = { 'idempotency-key': 'missing' }
    const first = await service.api('POST', LINK_PATH, body, key)
    await service.api('POST', '/v2/subscribers', { subscriberId: 'late' })
    const again = await service.api('POST', LINK_PATH, body, key)
    expectConforms(again, 404)
    expect(again.text).toBe(first.text)
    expect(again.headers.get('idempotency-replay')).toBe('true')
    expect((await service.api('POST', LINK_PATH, body)).status).toBe(201)
  })
})
