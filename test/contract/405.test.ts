import { describe, expect, test } from 'bun:test'
import { LINK_PATH, startService, WITH_LIMITS } from '../harness/service.ts'
import { expectConforms } from './contract.ts'

describe('405', async () => {
  const service = await startService(WITH_LIMITS)

  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
    test(`${method} of the link operation, with the allowed methods`, async () => {
      const answer = await service.api(method, LINK_PATH)
      expectConforms(answer, 405)
      expect(answer.headers.get('allow')).toBe('POST')
    })
  }

  test('without a key as well', async () => {
    const answer = await service.api('GET', LINK_PATH, undefined, { authorization: '' })
    expectConforms(answer, 405, { authenticated: false })
  })

  test('HEAD has the status and no body, and OPTIONS lists the allowed methods', async () => {
    const head = await service.api('HEAD', LINK_PATH)
    expect([head.status, head.text]).toEqual([405, ''])
    const options = await service.api('OPTIONS', LINK_PATH, undefined, {
      origin: 'https://evil.example',
    })
    expect(options.status).toBe(204)
    expect(options.headers.get('allow')).toBe('POST')
    expect(options.headers.get('access-control-allow-origin')).toBeNull()
  })
})
