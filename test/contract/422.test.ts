import { describe, expect, test } from 'bun:test'
import { LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'
import { expectConforms, expectLinksToGuide } from './contract.ts'

type Errors = { errors: Record<string, { messages: string[]; value?: unknown }> }

describe('422', async () => {
  const service = await startService(WITH_LIMITS)

  test('names every invalid field at once, with what it must be and its value', async () => {
    const answer = await service.api('POST', LINK_PATH, {
      subscriberId: 1,
      connectionIdentifier: 5,
      userScope: ['a', 1],
      context: [],
    })
    expectConforms(answer, 422)
    expect((answer.body as Errors).errors).toEqual({
      subscriberId: { messages: ['subscriberId must be a string'], value: 1 },
      integrationIdentifier: {
        messages: [
          'integrationIdentifier should not be null or undefined',
          'Integration identifier is required',
          'integrationIdentifier must be a string',
        ],
      },
      connectionIdentifier: { messages: ['connectionIdentifier must be a string'], value: 5 },
      userScope: { messages: ['each value in userScope must be a string'], value: ['a', 1] },
      context: { messages: [expect.stringContaining('Invalid context payload')], value: [] },
    })
  })

  for (const body of [undefined, '[]', '"text"', '42', 'null', 'true']) {
    test(`a body of ${body ?? 'nothing'} names every missing field`, async () => {
      const answer = await service.api('POST', LINK_PATH, body)
      expectConforms(answer, 422)
      expect(Object.keys((answer.body as Errors).errors).sort()).toEqual([
        'integrationIdentifier',
        'subscriberId',
      ])
    })
  }

  test('a reused idempotency key with another body; the order of properties does not matter', async () => {
    const key = { 'idempotency-key': 'reused' }
    const first = await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    const reordered = Object.fromEntries(Object.entries(SAMPLE_BODY).reverse())
    const same = await service.api('POST', LINK_PATH, reordered, key)
    expect(same.text).toBe(first.text)
    const other = await service.api('POST', LINK_PATH, { ...SAMPLE_BODY, userScope: [] }, key)
    expectConforms(other, 422)
    expect(other.body).toMatchObject({
      message: 'Request with key "reused" is being reused for a different body',
      errors: {},
    })
    await expectLinksToGuide(service, other)
  })

  test('is never recorded: the same idempotency key works with a valid body', async () => {
    const key = { 'idempotency-key': 'corrected' }
    expect((await service.api('POST', LINK_PATH, {}, key)).status).toBe(422)
    expect((await service.api('POST', LINK_PATH, SAMPLE_BODY, key)).status).toBe(201)
  })
})
