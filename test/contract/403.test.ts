import { describe, expect, test } from 'bun:test'
import { LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'
import { expectConforms } from './contract.ts'

describe('403', async () => {
  const service = await startService(WITH_LIMITS)
  const readOnly = await service.addKey({ permissions: ['read'] })
  const linksOnly = await service.addKey({ permissions: ['links'] })
  const as = (apiKey: string) => ({ authorization: `ApiKey ${apiKey}` })

  test('a key that can only read requests a link', async () => {
    const answer = await service.api('POST', LINK_PATH, SAMPLE_BODY, as(readOnly))
    expectConforms(answer, 403)
    expect(answer.body).toMatchObject({ message: 'This API key may only read' })
  })

  test('a key that can only create links reads, or creates something else', async () => {
    const list = await service.api('GET', '/v1/channel-endpoints', undefined, as(linksOnly))
    expectConforms(list, 403)
    const body = { subscriberId: 'other' }
    expectConforms(await service.api('POST', '/v2/subscribers', body, as(linksOnly)), 403)
  })

  test('not what their permissions allow', async () => {
    const list = await service.api('GET', '/v1/channel-endpoints', undefined, as(readOnly))
    expect(list.status).toBe(200)
    expect((await service.api('POST', LINK_PATH, SAMPLE_BODY, as(linksOnly))).status).toBe(201)
  })
})
