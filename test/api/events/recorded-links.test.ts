import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService, type TestService } from '../../harness/service.ts'

type Event = {
  id: string
  type: string
  subject: string
  actor: string
  subscriberId: string | null
  linkId: string | null
  reason: string | null
  data: Record<string, unknown>
  personal: { endpoint?: Record<string, unknown>; previousEndpoint?: unknown } | null
}

let service: TestService
let after = 'evt_0'
beforeAll(async () => {
  service = await startService()
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

const CALLBACK = expect.stringMatching(/^callback:./)

describe('a link', () => {
  test('records who was linked, by which link, and keeps the endpoint when the user links again', async () => {
    const asked = await service.api('POST', '/v1/integrations/channel-endpoints/oauth', {
      subscriberId: SANDBOX.subscriberId,
      integrationIdentifier: SANDBOX.integrationIdentifier,
      connectionIdentifier: SANDBOX.connectionIdentifier,
    })
    expect(await news()).toEqual([])
    const url = new URL((asked.body as { url: string }).url)
    await service.open(await service.consent(url))
    const [linked, ...others] = await news()
    expect(others).toEqual([])
    const [endpoint] = await service.endpoints()
    expect(linked).toMatchObject({
      type: 'endpoint.linked',
      subject: `endpoint:${endpoint?.['identifier']}`,
      actor: CALLBACK,
      subscriberId: SANDBOX.subscriberId,
      linkId: asked.headers.get('latch-link-id'),
      data: { connectionIdentifier: SANDBOX.connectionIdentifier, type: 'slack_user' },
      personal: { endpoint: { userId: 'U0ADA00001' } },
    })
    expect(linked?.personal).not.toHaveProperty('previousEndpoint')
    await service.open(await service.consent(await service.link()))
    const ada = { userId: 'U0ADA00001' }
    const personal = { endpoint: ada, previousEndpoint: ada }
    expect(await news()).toMatchObject([
      { type: 'endpoint.linked', subject: linked?.subject, personal },
    ])
  })

  test('records one of two users who link at the same moment, and refuses the other', async () => {
    const users = ['U0ADA00001', 'U0GRACE002']
    const context = { at: 'once' }
    const callbacks = await Promise.all(
      users.map(async (user) => service.consent(await service.link({ context }), { user })),
    )
    await Promise.all(callbacks.map((callback) => service.open(callback)))
    const [first, second] = await news()
    const [stored, ...others] = await service.endpoints('contextKeys=at:once')
    expect(others).toEqual([])
    expect(first).toMatchObject({
      type: 'endpoint.linked',
      personal: { endpoint: stored?.['endpoint'] },
    })
    expect(second).toMatchObject({ type: 'link.failed', reason: 'linked_as_another_user' })
  })

  test('records the connection that it creates for a new workspace, once', async () => {
    const context = { tenant: 'new' }
    for (const user of ['U0MALLORY4', 'U0MALLORY4']) {
      const link = await service.link({ connectionIdentifier: undefined, context })
      await service.open(await service.consent(link, { user }))
    }
    const events = await news()
    expect(events).toMatchObject([
      {
        type: 'connection.created',
        actor: CALLBACK,
        subscriberId: null,
        data: { workspaceId: 'T0OTHER002', workspaceName: 'Other Company' },
      },
      { type: 'endpoint.linked', data: { contextKeys: ['tenant:new'] } },
      { type: 'endpoint.linked' },
    ])
    expect(events[0]?.linkId).toBe(String(events[1]?.linkId))
    expect(events[0]?.subject).toBe(`connection:${events[1]?.data['connectionIdentifier']}`)
    expect(events[1]?.subject).toBe(String(events[2]?.subject))
  })

  test('records an install, whom it links, and the endpoint that it takes over', async () => {
    const context = { tenant: 'new' }
    const asked = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
      integrationIdentifier: SANDBOX.integrationIdentifier,
      subscriberId: SANDBOX.subscriberId,
      connectionIdentifier: 'installed',
      autoLinkUser: true,
      context,
    })
    const url = new URL((asked.body as { url: string }).url)
    await service.finish(await service.consent(url, { user: 'U0MALLORY4' }))
    const linkId = asked.headers.get('latch-link-id')
    const [before] = await service.endpoints('contextKeys=tenant:new')
    expect(await news()).toMatchObject([
      {
        type: 'connection.installed',
        subject: 'connection:installed',
        subscriberId: SANDBOX.subscriberId,
        linkId,
      },
      {
        type: 'endpoint.moved',
        subject: `endpoint:${before?.['identifier']}`,
        reason: 'connection_installed',
        data: { connectionIdentifier: 'installed' },
      },
      {
        type: 'endpoint.linked',
        subject: `endpoint:${before?.['identifier']}`,
        data: { connectionIdentifier: 'installed' },
        linkId,
      },
    ])
    expect(await service.endpoints('contextKeys=tenant:new')).toHaveLength(1)
  })

  test('records what an install replaces, if there was something', async () => {
    const install = async (answer?: object): Promise<Event | undefined> => {
      const { body } = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
        integrationIdentifier: SANDBOX.integrationIdentifier,
        subscriberId: SANDBOX.subscriberId,
        context: { tenant: 'again' },
      })
      const callback = await service.consent(new URL((body as { url: string }).url))
      if (answer !== undefined) service.slackAnswers.push(() => Response.json(answer))
      await service.finish(callback)
      return (await news()).find(({ type }) => type === 'connection.installed')
    }
    const first = await install()
    expect(first?.data).not.toHaveProperty('before')
    expect((await install())?.data).toMatchObject({ before: {}, after: {} })
    const third = await install({
      ok: true,
      access_token: 'xoxb-renamed',
      bot_user_id: 'U0OTHERBOT',
      team: { id: 'T0ACME0001', name: 'Acme International' },
    })
    expect(third?.subject).toBe(String(first?.subject))
    expect(third?.data).toMatchObject({
      workspaceName: 'Acme International',
      before: { workspaceName: 'Acme Corp', botUserId: 'U0LATCHBOT' },
      after: { workspaceName: 'Acme International', botUserId: 'U0OTHERBOT' },
    })
    expect(third?.data['before']).not.toHaveProperty('contextKeys')
  })

  test('records why it failed, once for each reason', async () => {
    const link = await service.link()
    const denied = await service.consent(link, { decision: 'deny' })
    for (let round = 0; round < 3; round += 1) await service.open(denied)
    const address = new URL(denied)
    address.searchParams.set('error', 'server_error')
    await service.open(address.href)
    const events = await news()
    expect(events).toMatchObject([
      {
        type: 'link.failed',
        reason: 'access_denied',
        actor: CALLBACK,
        subscriberId: SANDBOX.subscriberId,
        data: { mode: 'link_user', providerError: 'access_denied' },
      },
      {
        type: 'link.failed',
        reason: 'authorization_error',
        data: { providerError: 'server_error' },
      },
    ])
    expect(events[0]?.subject).toBe(`link:${events[0]?.linkId}`)
    expect(events[0]?.linkId).toMatch(/^lnk_/)
  })

  test('records a failure at the provider with the outcome, once', async () => {
    const location = await service.consent(await service.link())
    service.slackAnswers.push(() => Response.json({ ok: false, error: 'invalid_code' }))
    for (let round = 0; round < 3; round += 1) await service.open(location)
    expect(await news()).toMatchObject([
      { type: 'link.failed', reason: 'code_refused', data: { providerError: 'invalid_code' } },
    ])
  })

  test('records nothing for a state that latch did not create', async () => {
    const location = new URL(await service.consent(await service.link()))
    location.searchParams.set('state', `${location.searchParams.get('state')}x`)
    await service.open(location.href)
    await service.open(`${service.url}${location.pathname}?error=access_denied`)
    expect(await news()).toEqual([])
  })
})
