import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService, type TestService } from '../../harness/service.ts'

type Event = {
  data: Record<string, unknown>
  personal: { endpoint?: unknown; previousEndpoint?: unknown } | null
}

let service: TestService
let after = 'evt_0'
beforeAll(async () => {
  service = await startService()
  await service.api('POST', '/v1/channel-endpoints', {
    identifier: 'hook',
    integrationIdentifier: SANDBOX.integrationIdentifier,
    subscriberId: SANDBOX.subscriberId,
    type: 'webhook',
    endpoint: { url: 'https://93.184.216.34/3', channel: 'general' },
  })
  await news()
})
afterAll(async () => {
  await service.stop()
})

/** What has happened since the last time. */
async function news(): Promise<Event[]> {
  const { body } = await service.api('GET', `/v1/events?limit=100&after=${after}`)
  const { data, next } = body as { data: Event[]; next: string }
  after = next
  return data
}

describe('changes at the same moment', () => {
  test('of an endpoint: each is told with what it replaced', async () => {
    await Promise.all(
      ['one', 'two'].map((channel) =>
        service.api('PATCH', '/v1/channel-endpoints/hook', {
          endpoint: { url: 'https://93.184.216.34/3', channel },
        }),
      ),
    )
    const [first, second] = await news()
    expect(first?.personal?.previousEndpoint).toEqual({ channel: 'general' })
    expect(second?.personal?.previousEndpoint).toEqual(first?.personal?.endpoint)
    expect(second?.data['changedSecrets']).toEqual([])
  })

  test('of a connection: each is told with what it replaced', async () => {
    await service.api('POST', '/v1/channel-connections', {
      identifier: 'busy',
      integrationIdentifier: SANDBOX.integrationIdentifier,
      context: { tenant: 'busy' },
      workspace: { id: 'T0', name: 'zero' },
      auth: { accessToken: 'xoxb-0' },
    })
    await Promise.all(
      ['one', 'two'].map((name) =>
        service.api('PATCH', '/v1/channel-connections/busy', {
          workspace: { id: 'T0', name },
          auth: { accessToken: 'xoxb-1' },
        }),
      ),
    )
    const [, first, second] = await news()
    expect(first?.data).toMatchObject({
      before: { workspaceName: 'zero' },
      changedSecrets: ['accessToken'],
    })
    const { workspaceName } = first?.data ?? {}
    expect(second?.data).toMatchObject({ before: { workspaceName } })
  })

  test('the same change many times: none is refused', async () => {
    const patch = async (path: string, body: object): Promise<number> =>
      (await service.api('PATCH', path, body)).status
    const auth = { accessToken: 'xoxb-1' }
    const workspace = { id: 'T0', name: 'many' }
    const endpoint = { url: 'https://93.184.216.34/4' }
    const changes = Array.from({ length: 20 }, () => [
      patch('/v1/channel-connections/busy', { workspace, auth }),
      patch('/v1/channel-endpoints/hook', { endpoint }),
    ])
    expect(new Set(await Promise.all(changes.flat()))).toEqual(new Set([200]))
    expect(await news()).toHaveLength(40)
  })
})
