import { describe, expect, test } from 'bun:test'
import { LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'
import { expectConforms } from './contract.ts'

describe('414', async () => {
  const service = await startService(WITH_LIMITS)
  const ask = (length: number) =>
    service.api('POST', `${LINK_PATH}?q=${'x'.repeat(length)}`, SAMPLE_BODY)

  for (const length of [8192, 12_000]) {
    test(`a URL of more than ${length} characters`, async () => {
      expectConforms(await ask(length), 414, { authenticated: false })
    })
  }

  test('not a URL that is only long', async () => {
    expect((await ask(7000)).status).toBe(201)
  })
})
