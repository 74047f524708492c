import { describe, expect, test } from 'bun:test'
import { LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'
import { expectConforms } from './contract.ts'

describe('201', async () => {
  const service = await startService(WITH_LIMITS)

  test('a link', async () => {
    const answer = await service.api('POST', LINK_PATH, SAMPLE_BODY)
    expectConforms(answer, 201)
    expect(answer.headers.get('idempotency-key')).toBeNull()
  })

  test('a link with every optional field', async () => {
    const body = {
      ...SAMPLE_BODY,
      context: { key: 'org-acme', region: { id: 'us', data: { name: 'US' } } },
      userScope: ['identity.basic'],
      contextHash: 'ignored without hmac',
    }
    expectConforms(await service.api('POST', LINK_PATH, body), 201)
  })

  test('a link with an idempotency key, and its replay', async () => {
    const key = { 'idempotency-key': 'once' }
    const first = await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    expectConforms(first, 201)
    expect(first.headers.get('idempotency-key')).toBe('once')
    expect(first.headers.get('idempotency-replay')).toBeNull()
    const again = await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    expectConforms(again, 201)
    expect(again.headers.get('idempotency-replay')).toBe('true')
    expect(again.text).toBe(first.text)
  })

  for (const type of ['application/json; charset=utf-8', 'Application/JSON']) {
    test(`a body of ${type}`, async () => {
      const headers = { 'content-type': type }
      expectConforms(await service.api('POST', LINK_PATH, SAMPLE_BODY, headers), 201)
    })
  }
})
