import { describe, expect, test } from 'bun:test'
import { LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'
import { expectConforms } from './contract.ts'

describe('401', async () => {
  const service = await startService(WITH_LIMITS)
  const ask = (authorization: string) =>
    service.api('POST', LINK_PATH, SAMPLE_BODY, { authorization })

  const wrong: [string, string, string][] = [
    ['no header', '', 'Missing authorization header'],
    ['another scheme', 'Basic x', 'Invalid authentication scheme: "Basic"'],
    ['a scheme in other letters', 'apikey x', 'Invalid authentication scheme: "apikey"'],
    ['an unknown key', 'ApiKey unknown', 'API Key not found'],
    ['a scheme alone', 'ApiKey', 'Unauthorized'],
    ['a very long key', `ApiKey ${'k'.repeat(4000)}`, 'API Key not found'],
  ]
  for (const [name, header, message] of wrong) {
    test(name, async () => {
      const answer = await ask(header)
      expectConforms(answer, 401, { authenticated: false })
      expect(answer.body).toMatchObject({ message })
      expect(answer.headers.get('ratelimit-limit')).toBeNull()
    })
  }

  test('a key that was revoked, and one that has expired since', async () => {
    const revoked = await service.addKey({ revokedAtMs: 1 })
    expectConforms(await ask(`ApiKey ${revoked}`), 401, { authenticated: false })
    const expiring = await service.addKey({ expiresAtMs: service.deps.clock() + 60_000 })
    expect((await ask(`ApiKey ${expiring}`)).status).toBe(201)
    service.advance(60_001)
    expectConforms(await ask(`ApiKey ${expiring}`), 401, { authenticated: false })
  })

  test('is never recorded: the same idempotency key works once the API key does', async () => {
    const headers = { authorization: 'ApiKey unknown', 'idempotency-key': 'later' }
    await service.api('POST', LINK_PATH, SAMPLE_BODY, headers)
    const { 'idempotency-key': key } = headers
    const answer = await service.api('POST', LINK_PATH, SAMPLE_BODY, { 'idempotency-key': key })
    expect(answer.status).toBe(201)
  })
})
