import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { LINK_PATH, SAMPLE_BODY, startService, type TestService } from '../harness/service.ts'

const TOKEN = 'xoxb-live-bot-token'
const REFRESH_TOKEN = 'xoxe-1-live-refresh-token'
const WEBHOOK_URL = 'https://hooks.example.com/services/T0ACME0001/secret'

let service: TestService
beforeAll(async () => {
  service = await startService()
  const connection = {
    identifier: 'bot',
    subscriberId: SAMPLE_BODY.subscriberId,
    integrationIdentifier: SAMPLE_BODY.integrationIdentifier,
    context: { tenant: 'bots' },
    workspace: { id: 'T0ACME0002', name: 'Acme Corp' },
    auth: {
      accessToken: TOKEN,
      refreshToken: REFRESH_TOKEN,
      expiresAt: '2999-01-01T00:00:00.000Z',
    },
  }
  expect((await service.api('POST', '/v1/channel-connections', connection)).status).toBe(201)
  const endpoint = {
    identifier: 'hook',
    type: 'webhook',
    endpoint: { url: WEBHOOK_URL, channel: '#general' },
    subscriberId: SAMPLE_BODY.subscriberId,
    integrationIdentifier: SAMPLE_BODY.integrationIdentifier,
  }
  expect((await service.api('POST', '/v1/channel-endpoints', endpoint)).status).toBe(201)
})
afterAll(() => service.stop())

const SHOWING_SECRETS = [
  '/v1/channel-connections/bot',
  '/v1/channel-connections',
  '/v1/channel-endpoints/hook',
  '/v1/channel-endpoints?limit=100',
  '/v1/events?limit=100',
]

/** What an answer could reveal of the connection and the webhook above. */
const secretsIn = (text: string): string[] =>
  [TOKEN, REFRESH_TOKEN, WEBHOOK_URL, 'secret"'].filter((secret) => text.includes(secret))

describe('a key that can only read', () => {
  for (const path of SHOWING_SECRETS) {
    test(`sees no token and no webhook URL: GET ${path}`, async () => {
      const authorization = `ApiKey ${await service.addKey({ permissions: ['read'] })}`
      const { status, text } = await service.api('GET', path, undefined, { authorization })
      expect(status).toBe(200)
      expect(secretsIn(text)).toEqual([])
    })
  }

  test('sees that a hidden value exists', async () => {
    const authorization = `ApiKey ${await service.addKey({ permissions: ['read'] })}`
    const read = async (path: string): Promise<unknown> =>
      (await service.api('GET', path, undefined, { authorization })).body
    expect(await read('/v1/channel-connections/bot')).toMatchObject({
      auth: {
        accessToken: '[redacted]',
        refreshToken: '[redacted]',
        expiresAt: '2999-01-01T00:00:00.000Z',
      },
    })
    expect(await read('/v1/channel-endpoints/hook')).toMatchObject({
      endpoint: { url: '[redacted]', channel: '#general' },
    })
  })
})

describe('a key that can read tokens', () => {
  test('sees tokens and webhook URLs, and changes nothing', async () => {
    const authorization = `ApiKey ${await service.addKey({ permissions: ['tokens'] })}`
    const get = (path: string) => service.api('GET', path, undefined, { authorization })
    expect((await get('/v1/channel-connections/bot')).body).toMatchObject({
      auth: { accessToken: TOKEN, refreshToken: REFRESH_TOKEN },
    })
    expect((await get('/v1/channel-endpoints/hook')).body).toMatchObject({
      endpoint: { url: WEBHOOK_URL },
    })
    const link = await service.api('POST', LINK_PATH, SAMPLE_BODY, { authorization })
    expect(link.status).toBe(403)
    expect(link.body).toMatchObject({ message: 'This API key may only read' })
  })
})

describe('a key that can only create links', () => {
  const linkWith = async (data: object): Promise<number> => {
    const authorization = `ApiKey ${await service.addKey({ permissions: ['links'] })}`
    const body = { ...SAMPLE_BODY, context: { tenant: { id: 'acme', data } } }
    return (await service.api('POST', LINK_PATH, body, { authorization })).status
  }
  const dataOf = async (): Promise<unknown> =>
    ((await service.api('GET', '/v2/contexts/tenant/acme')).body as { data?: unknown }).data

  test('creates a missing context, and changes no existing one', async () => {
    expect(await linkWith({ plan: 'free' })).toBe(201)
    expect(await dataOf()).toEqual({ plan: 'free' })
    expect(await linkWith({ plan: 'enterprise' })).toBe(201)
    expect(await dataOf()).toEqual({ plan: 'free' })
  })

  test('unlike a key that can do everything', async () => {
    const body = { ...SAMPLE_BODY, context: { tenant: { id: 'acme', data: { plan: 'pro' } } } }
    expect((await service.api('POST', LINK_PATH, body)).status).toBe(201)
    expect(await dataOf()).toEqual({ plan: 'pro' })
  })
})

describe('a key with several permissions', () => {
  const asking = async (
    permissions: NonNullable<Parameters<TestService['addKey']>[0]['permissions']>,
  ) => {
    const authorization = `ApiKey ${await service.addKey({ permissions })}`
    return (method: string, path: string, body?: object) =>
      service.api(method, path, body, { authorization })
  }
  const subscriber = { subscriberId: 'new' }

  test('may do what each of them permits, and nothing else', async () => {
    const ask = await asking(['read', 'links'])
    expect((await ask('GET', '/v1/channel-endpoints')).status).toBe(200)
    expect((await ask('POST', LINK_PATH, SAMPLE_BODY)).status).toBe(201)
    expect(secretsIn((await ask('GET', '/v1/channel-connections/bot')).text)).toEqual([])
    const refused = await ask('POST', '/v2/subscribers', subscriber)
    expect([refused.status, refused.body]).toMatchObject([
      403,
      { message: 'This API key may only read and make links' },
    ])
  })

  test('may do everything if one of them is all', async () => {
    const ask = await asking(['read', 'all'])
    expect((await ask('POST', '/v2/subscribers', subscriber)).status).toBe(201)
    expect((await ask('GET', '/v1/channel-connections/bot')).body).toMatchObject({
      auth: { accessToken: TOKEN },
    })
  })

  test('may do nothing that only a later version knows', async () => {
    const ask = await asking([])
    for (const [method, path] of [
      ['GET', '/v1/channel-endpoints'],
      ['POST', LINK_PATH],
    ] as const) {
      expect((await ask(method, path, method === 'POST' ? SAMPLE_BODY : undefined)).status).toBe(
        403,
      )
    }
  })
})

describe('a response with secrets', () => {
  const changed = { subscriberId: SAMPLE_BODY.subscriberId, context: { tenant: 'new' } }
  const app = { integrationIdentifier: SAMPLE_BODY.integrationIdentifier }
  const hook = { type: 'webhook', endpoint: { url: WEBHOOK_URL } }
  const bot = { workspace: { id: 'T0ACME0003' }, auth: { accessToken: TOKEN } }
  for (const [method, path, body] of [
    ...SHOWING_SECRETS.slice(0, 4).map((each) => ['GET', each, undefined] as const),
    ['POST', '/v1/channel-connections', { ...changed, ...app, ...bot }],
    ['PATCH', '/v1/channel-connections/bot', bot],
    ['POST', '/v1/channel-endpoints', { ...changed, ...app, ...hook }],
    ['PATCH', '/v1/channel-endpoints/hook', { endpoint: hook.endpoint }],
  ] as const) {
    test(`is not cached: ${method} ${path}`, async () => {
      const { status, headers } = await service.api(method, path, body)
      expect([status, headers.get('cache-control')]).toEqual([
        method === 'POST' ? 201 : 200,
        'no-store',
      ])
    })
  }
})
