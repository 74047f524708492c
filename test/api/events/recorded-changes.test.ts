import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { commit } from '../../../src/domain/commit.ts'
import { recordTokenReads } from '../../../src/domain/connections/token-reads.ts'
import { revokeKey } from '../../../src/domain/environments/keys.ts'
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

const API_KEY_ACTOR = expect.stringMatching(/^api_key:[0-9a-f]{24}$/)

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
    const was = { endpoint: { channelId: 'C0GENERAL1' } }
    await service.api('PATCH', '/v1/channel-endpoints/general', changed)
    await service.api('DELETE', '/v1/channel-endpoints/general')
    expect((await service.api('DELETE', '/v1/channel-endpoints/general')).status).toBe(404)
    const all = { subject: 'endpoint:general', actor: API_KEY_ACTOR, linkId: null }
    expect(await news()).toMatchObject([
      { ...all, type: 'endpoint.created', personal: { endpoint: { channelId: 'C0GENERAL1' } } },
      {
        ...all,
        type: 'endpoint.updated',
        data: { changedSecrets: [] },
        personal: { ...changed, previousEndpoint: was.endpoint },
      },
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
    await service.api('PATCH', '/v1/channel-endpoints/hook', {
      endpoint: { url: 'https://93.184.216.34/services/T0/B0/new-secret-path', channel: 'general' },
    })
    const events = await news()
    expect(events).toMatchObject([
      { type: 'endpoint.created', data: { type: 'webhook' } },
      {
        type: 'endpoint.updated',
        data: { changedSecrets: ['url'] },
        personal: { endpoint: { channel: 'general' }, previousEndpoint: {} },
      },
    ])
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
    await service.api('PATCH', '/v1/channel-connections/beta', {
      workspace: { id: 'T0GAMMA001', name: 'Gamma', botUserId: 'U0BOT00001' },
      auth: { accessToken: 'xoxb-secret-two' },
    })
    for (let round = 0; round < 3; round += 1) {
      await service.api('GET', '/v1/channel-connections/beta')
    }
    await service.api('GET', '/v1/channel-connections?contextKeys=tenant:beta')
    await service.api('DELETE', '/v1/channel-connections/beta')
    const all = { subject: 'connection:beta', actor: API_KEY_ACTOR }
    const data = { contextKeys: ['tenant:beta'], workspaceId: 'T0BETA0001', workspaceName: 'Beta' }
    const [workspaceId, workspaceName] = ['T0GAMMA001', 'Gamma']
    const moved = { contextKeys: ['tenant:beta'], workspaceId, workspaceName }
    const events = await news()
    expect(events).toMatchObject([
      { ...all, type: 'connection.created', data, subscriberId: SANDBOX.subscriberId },
      { ...all, type: 'connection.updated', data },
      { ...all, type: 'connection.updated', data: moved },
      { ...all, type: 'connection.deleted', data: moved },
    ])
    expect(events.slice(1, 3).map((event) => event.data)).toMatchObject([
      { before: {}, after: {}, changedSecrets: [] },
      {
        before: { workspaceId: 'T0BETA0001', workspaceName: 'Beta', botUserId: null },
        after: { workspaceId, workspaceName, botUserId: 'U0BOT00001' },
        changedSecrets: ['accessToken'],
      },
    ])
    expect(events[1]?.data['before']).toEqual({})
    expect(JSON.stringify(events)).not.toContain('xoxb')
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

test('a key that is revoked twice is told of once, and was revoked the first time', async () => {
  const { deps } = service
  await service.addKey({ name: 'twice' })
  const environmentId = String((await deps.store.environments.first())?.id)
  const find = async () =>
    (await deps.store.apiKeys.list(environmentId)).find(({ name }) => name === 'twice')
  const id = String((await find())?.id)
  const revoke = () =>
    commit(deps, { kind: 'command', id: 'test' }, () => revokeKey(deps, environmentId, id))
  await revoke()
  const first = await find()
  service.advance(60_000)
  await revoke()
  expect(await find()).toEqual(first)
  expect(await news()).toMatchObject([{ type: 'api_key.revoked', subject: `api_key:${id}` }])
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
