import { describe, expect, test } from 'bun:test'
import { LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'
import { expectConforms } from './contract.ts'

describe('400', async () => {
  const service = await startService(WITH_LIMITS)

  const malformed: [string, string][] = [
    ['cut off', '{"subscriberId":'],
    ['no JSON', 'subscriberId=1'],
    ['nested too deep', '['.repeat(5000)],
  ]
  for (const [name, body] of malformed) {
    test(`a body that is ${name}`, async () => {
      expectConforms(await service.api('POST', LINK_PATH, body), 400)
    })
  }

  test('an idempotency key of 256 characters; one of 255 is accepted', async () => {
    const key = (length: number) => ({ 'idempotency-key': 'k'.repeat(length) })
    const answer = await service.api('POST', LINK_PATH, SAMPLE_BODY, key(256))
    expectConforms(answer, 400)
    expect(answer.text).toContain('has exceeded the maximum allowed length of 255 characters')
    expect(answer.headers.get('idempotency-key')).toBeNull()
    expectConforms(await service.api('POST', LINK_PATH, SAMPLE_BODY, key(255)), 201)
  })

  describe('where the integration requires a context hash', async () => {
    const created = await service.api('POST', '/v1/integrations', {
      providerId: 'slack',
      channel: 'chat',
      identifier: 'hashed',
      credentials: { clientId: '1.2', secretKey: 's', hmac: true },
    })
    expect(created.status).toBe(201)
    const apiKey = await service.addKey({ apiKey: 'test-secret-key' })
    const ask = (context?: unknown, contextHash?: string) =>
      service.api(
        'POST',
        LINK_PATH,
        { subscriberId: 'subscriber-123', integrationIdentifier: 'hashed', context, contextHash },
        { authorization: `ApiKey ${apiKey}` },
      )
    // docs/novu.md#contexts-and-hashes: the vectors for the key `test-secret-key`.
    const acme = 'cc64c9f1c22ace40b85ea8af6c3ee2011e6ab0759dedefe9ecdadbb4e8b90843'
    const sorted = '650ed0316db4514196e85967d52376724011e122886beef4f249adbdeb10e30a'
    const rich = '49885689c2e471f579ecfc3e5561679dc9870c528ec5bba3574343c1c3190ab8'

    const refused: [string, unknown, string | undefined, string][] = [
      ['no context', undefined, acme, 'A context is required when HMAC validation is enabled.'],
      [
        'no hash',
        { tenant: 'acme' },
        undefined,
        'A valid contextHash is required when HMAC validation is enabled.',
      ],
      ['another hash', { tenant: 'acme' }, sorted, 'Please provide a valid context HMAC hash'],
      ['a short hash', { tenant: 'acme' }, 'cc64', 'Please provide a valid context HMAC hash'],
      [
        'the hash of the other spelling',
        { tenant: { id: 'acme' } },
        acme,
        'Please provide a valid context HMAC hash',
      ],
      [
        'a fraction',
        { tenant: { id: 'acme', data: { n: 1.5 } } },
        acme,
        'A context with fractional numbers has no canonical JSON to be hashed',
      ],
    ]
    for (const [name, context, hash, message] of refused) {
      test(`a context with ${name}`, async () => {
        const answer = await ask(context, hash)
        expectConforms(answer, 400)
        expect(answer.body).toMatchObject({ message })
      })
    }

    const accepted: [unknown, string][] = [
      [{ tenant: 'acme' }, acme],
      [{ b: '2', a: '1' }, sorted],
      [{ tenant: { id: 'acme' } }, rich],
    ]
    for (const [context, hash] of accepted) {
      test(`not a context with the right hash: ${JSON.stringify(context)}`, async () => {
        expect((await ask(context, hash)).status).toBe(201)
      })
    }
  })
})
