import { describe, expect, test } from 'bun:test'
import { LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'
import { expectConforms } from './contract.ts'

describe('415', async () => {
  const service = await startService(WITH_LIMITS)

  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonp',
    'application/problem+json',
    '',
  ]) {
    test(`a body of "${type}"`, async () => {
      const headers = { 'content-type': type }
      expectConforms(await service.api('POST', LINK_PATH, SAMPLE_BODY, headers), 415)
    })
  }

  test('a compressed body', async () => {
    const headers = { 'content-encoding': 'gzip' }
    const answer = await service.api('POST', LINK_PATH, SAMPLE_BODY, headers)
    expectConforms(answer, 415)
    expect(answer.headers.get('accept')).toBe('application/json')
  })
})
