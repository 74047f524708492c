import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { recordTokenReads } from '../../../src/domain/connections/token-reads.ts'
import {
  createIntegrationAction,
  setClientSecretAction,
} from '../../../src/operator/integrations.ts'
import { sendAction } from '../../../src/operator/send-action.ts'
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
  personal: { endpoint?: Record<string, unknown> } | null
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

const API_KEY_ACTOR = expect.stringMatching(/^api_key:[0-9a-f]{24}$/)
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
    await service.open(await service.consent(await service.link(), { user: 'U0GRACE002' }))
    expect(await news()).toMatchObject([
      { type: 'endpoint.linked', subject: linked?.subject, personal: { endpoint: {} } },
    ])
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
    await service.open(await service.consent(url, { user: 'U0MALLORY4' }))
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

describe('changes through the API are recorded with their API key', () => {
  test('endpoints', async () => {
    const made = await service.api('POST', '/v1/channel-endpoints', {
      identifier: 'general',
      integrationIdentifier: SANDBOX.integrationIdentifier,
      connectionIdentifier: SANDBOX.connectionIdentifier,
      subscriberId: SANDBOX.subscriberId,
      type: 'slack_channel',
      endpoint: { channelId: 'C0GENERAL1' },
    })
    expect(made.status).toBe(201)
    const changed = { endpoint: { channelId: 'C0GENERAL2' } }
    await service.api('PATCH', '/v1/channel-endpoints/general', changed)
    await service.api('DELETE', '/v1/channel-endpoints/general')
    expect((await service.api('DELETE', '/v1/channel-endpoints/general')).status).toBe(404)
    const all = { subject: 'endpoint:general', actor: API_KEY_ACTOR, linkId: null }
    expect(await news()).toMatchObject([
      { ...all, type: 'endpoint.created', personal: { endpoint: { channelId: 'C0GENERAL1' } } },
      { ...all, type: 'endpoint.updated', personal: { endpoint: { channelId: 'C0GENERAL2' } } },
      { ...all, type: 'endpoint.deleted', subscriberId: SANDBOX.subscriberId },
    ])
  })

  test('a webhook without its URL', async () => {
    const made = await service.api('POST', '/v1/channel-endpoints', {
      identifier: 'hook',
      integrationIdentifier: SANDBOX.integrationIdentifier,
      subscriberId: SANDBOX.subscriberId,
      type: 'webhook',
      endpoint: { url: 'https://93.184.216.34/services/T0/B0/secret-path' },
    })
    expect(made.status).toBe(201)
    const events = await news()
    expect(events).toMatchObject([{ type: 'endpoint.created', data: { type: 'webhook' } }])
    expect(JSON.stringify(events)).not.toContain('secret-path')
  })

  test('connections, and how often their tokens are read', async () => {
    const content = {
      workspace: { id: 'T0BETA0001', name: 'Beta' },
      auth: { accessToken: 'xoxb-secret-one' },
    }
    const owner = { subscriberId: SANDBOX.subscriberId, context: { tenant: 'beta' } }
    const made = await service.api('POST', '/v1/channel-connections', {
      identifier: 'beta',
      integrationIdentifier: SANDBOX.integrationIdentifier,
      ...owner,
      ...content,
    })
    expect(made.status).toBe(201)
    await service.api('PATCH', '/v1/channel-connections/beta', content)
    for (let round = 0; round < 3; round += 1) {
      await service.api('GET', '/v1/channel-connections/beta')
    }
    await service.api('GET', '/v1/channel-connections?contextKeys=tenant:beta')
    await service.api('DELETE', '/v1/channel-connections/beta')
    const all = { subject: 'connection:beta', actor: API_KEY_ACTOR }
    const data = { contextKeys: ['tenant:beta'], workspaceId: 'T0BETA0001', workspaceName: 'Beta' }
    expect(await news()).toMatchObject([
      { ...all, type: 'connection.created', data, subscriberId: SANDBOX.subscriberId },
      { ...all, type: 'connection.updated', data },
      { ...all, type: 'connection.deleted', data },
    ])
    await recordTokenReads(service.deps, 'over')
    expect(await news()).toEqual([])
    service.advance(60 * 60_000)
    await recordTokenReads(service.deps, 'over')
    await recordTokenReads(service.deps, 'over')
    const reads = (await news()).filter(({ subject }) => subject === all.subject)
    expect(reads).toMatchObject([{ ...all, type: 'connection.tokens_read', data: { count: 4 } }])
  })

  test('integrations, with what was before and what is now, and the names of secrets', async () => {
    const { body } = await service.api('POST', '/v1/integrations', {
      name: 'Second',
      identifier: 'second',
      providerId: 'slack',
      channel: 'chat',
      active: true,
      credentials: { clientId: '1.2', secretKey: 'a-client-secret' },
    })
    const { _id: id } =
      (body as { data?: { _id: string }; _id: string }).data ?? (body as { _id: string })
    await service.api('PUT', `/v1/integrations/${id}`, {
      name: 'Third',
      credentials: { secretKey: 'another-client-secret', redirectUrl: 'https://app.example.com/' },
    })
    await service.api('DELETE', `/v1/integrations/${id}`)
    const events = await news()
    const all = { subject: `integration:${id}`, actor: API_KEY_ACTOR }
    expect(events).toMatchObject([
      { ...all, type: 'integration.created', data: { after: { name: 'Second', clientId: '1.2' } } },
      {
        ...all,
        type: 'integration.updated',
        data: {
          before: { name: 'Second' },
          after: { name: 'Third', redirectUrl: 'https://app.example.com/' },
          changedSecrets: ['secretKey'],
        },
      },
      { ...all, type: 'integration.deleted', data: { identifier: 'second' } },
    ])
    expect(JSON.stringify(events)).not.toContain('client-secret')
  })

  test('a subscriber who is deleted', async () => {
    await service.api('POST', '/v2/subscribers', {
      subscriberId: 'gone',
      email: 'gone@example.com',
    })
    await service.api('DELETE', '/v2/subscribers/gone')
    const events = await news()
    expect(events).toMatchObject([
      { type: 'subscriber.deleted', actor: API_KEY_ACTOR, subscriberId: 'gone' },
    ])
    expect(JSON.stringify(events)).not.toContain('example.com')
  })

  test('nothing if nothing changed', async () => {
    await service.api('GET', '/v1/integrations')
    await service.api('DELETE', '/v1/channel-endpoints/nothing')
    await service.api('PATCH', '/v1/channel-connections/nothing', {
      workspace: { id: 'T1' },
      auth: { accessToken: 'x' },
    })
    expect(await news()).toEqual([])
  })
})

test('integrations are told of by the command that made or changed them', async () => {
  const { dataDir } = service
  await sendAction(dataDir, createIntegrationAction, {
    environmentId: null,
    providerId: 'slack',
    identifier: 'by-command',
    clientId: '3.4',
    clientSecret: 'first-secret-of-it',
    own: {},
  })
  await sendAction(dataDir, setClientSecretAction, {
    environmentId: null,
    identifier: 'by-command',
    clientSecret: 'second-secret-of-it',
  })
  const events = await news()
  expect(events).toMatchObject([
    {
      type: 'integration.created',
      actor: 'command:integrations.create',
      data: { identifier: 'by-command', after: { clientId: '3.4' } },
    },
    {
      type: 'integration.updated',
      actor: 'command:integrations.set-secret',
      data: { before: {}, after: {}, changedSecrets: ['secretKey'] },
    },
  ])
  expect(JSON.stringify(events)).not.toContain('secret-of-it')
})
