import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService, type TestService } from '../../harness/service.ts'
import { startTwo, stopAll } from '../../harness/two-processes.ts'

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

const patch = async (at: TestService, path: string, body: object): Promise<number> =>
  (await at.api('PATCH', path, body)).status

const workspaceOf = (name: string) => ({
  workspace: { id: 'T0', name },
  auth: { accessToken: 'xoxb-1' },
})
const channelOf = (channel: string) => ({
  endpoint: { url: 'https://93.184.216.34/3', channel },
})

/** The name that a change gave, if it gave one. */
function nameIn(fields: unknown): string[] {
  const { workspaceName, channel } = (fields ?? {}) as { workspaceName?: string; channel?: string }
  return [workspaceName ?? channel ?? []].flat()
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
    const auth = { accessToken: 'xoxb-1' }
    const workspace = { id: 'T0', name: 'many' }
    const endpoint = { url: 'https://93.184.216.34/4' }
    const changes = Array.from({ length: 20 }, () => [
      patch(service, '/v1/channel-connections/busy', { workspace, auth }),
      patch(service, '/v1/channel-endpoints/hook', { endpoint }),
    ])
    expect(new Set(await Promise.all(changes.flat()))).toEqual(new Set([200]))
    expect(await news()).toHaveLength(40)
  })

  test('40 different ones of one record: none is refused, and each is told in its order', async () => {
    const numbers = Array.from({ length: 40 }, (_, index) => String(index))
    const statuses = await Promise.all(
      numbers.flatMap((number) => [
        patch(service, '/v1/channel-connections/busy', workspaceOf(number)),
        patch(service, '/v1/channel-endpoints/hook', channelOf(number)),
      ]),
    )
    expect(new Set(statuses)).toEqual(new Set([200]))
    const told = await news()
    const names = told.flatMap(({ data }) => nameIn(data['after']))
    const channels = told.flatMap(({ personal }) => nameIn(personal?.endpoint))
    expect(names.toSorted()).toEqual(numbers.toSorted())
    expect(channels.toSorted()).toEqual(numbers.toSorted())
    const replaced = told.flatMap(({ personal }) => nameIn(personal?.previousEndpoint))
    // The value before the first had no channel.
    expect(replaced).toEqual(channels.slice(0, -1))
  })

  test('of many records: those of others do not wait', async () => {
    const busy = Array.from({ length: 40 }, (_, index) =>
      patch(service, '/v1/channel-connections/busy', workspaceOf(`again ${index}`)),
    )
    let isBusy = true
    const allDone = Promise.all(busy).then((statuses) => {
      isBusy = false
      return statuses
    })
    expect(await patch(service, '/v1/channel-endpoints/hook', channelOf('alone'))).toBe(200)
    expect(isBusy).toBe(true)
    expect(new Set(await allDone)).toEqual(new Set([200]))
  })
})

// Nothing but the database knows of both.
test('40 different changes of one record by two processes at once: none is refused', async () => {
  const both = await startTwo()
  const { one, two } = both
  const connection = {
    identifier: 'busy',
    integrationIdentifier: SANDBOX.integrationIdentifier,
    context: { tenant: 'busy' },
    ...workspaceOf('none'),
  }
  expect((await one.api('POST', '/v1/channel-connections', connection)).status).toBe(201)
  const statuses = await Promise.all(
    Array.from({ length: 20 }, (_, index) => [
      patch(one, '/v1/channel-connections/busy', workspaceOf(`one ${index}`)),
      patch(two, '/v1/channel-connections/busy', workspaceOf(`two ${index}`)),
    ]).flat(),
  )
  expect(new Set(statuses)).toEqual(new Set([200]))
  await stopAll(both)
})
