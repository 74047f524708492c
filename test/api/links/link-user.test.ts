import { afterAll, describe, expect, test } from 'bun:test'
import { testCases } from '../../harness/cases.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { LINK_PATH, SAMPLE_BODY, startService } from '../../harness/service.ts'
import { refusedAlike } from './link-cases.ts'

const service = await startService()
afterAll(() => service.stop())

const LINK = { method: 'POST', path: LINK_PATH, body: SAMPLE_BODY }

const CONNECT_BODY = {
  integrationIdentifier: SANDBOX.integrationIdentifier,
  subscriberId: SANDBOX.subscriberId,
}

describe('asking for a link', () => {
  test("answers 201 with Slack's address, its parameters in Novu's order", async () => {
    const { status, body } = await service.api('POST', LINK_PATH, SAMPLE_BODY)
    expect(status).toBe(201)
    expect(Object.keys(body as object)).toEqual(['url'])
    const url = new URL((body as { url: string }).url)
    expect(url.origin + url.pathname).toBe(`${service.slackUrl}/oauth/v2/authorize`)
    const { state: _, ...parameters } = Object.fromEntries(url.searchParams)
    expect([...url.searchParams.keys()]).toEqual([
      'state',
      'client_id',
      'redirect_uri',
      'user_scope',
      'team',
    ])
    expect(parameters).toEqual({
      client_id: SANDBOX.clientId,
      redirect_uri: `${service.url}/v1/integrations/chat/oauth/callback`,
      user_scope: 'identity.basic',
      team: 'T0ACME0001',
    })
  })

  // docs/providers.md#slack-redirect-urls
  test('never takes the redirect address from the request', async () => {
    const { body } = await service.api('POST', LINK_PATH, SAMPLE_BODY, {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
    })
    expect((body as { url: string }).url).not.toContain('evil')
  })

  test('passes an empty userScope on unchanged', async () => {
    const url = await service.link({ userScope: [] })
    expect(url.searchParams.get('user_scope')).toBe('')
  })

  test('treats null as absent, and ignores unknown properties', async () => {
    const url = await service.link({ connectionIdentifier: null, userScope: null, novelty: 1 })
    expect(url.searchParams.has('team')).toBe(false)
    expect(url.searchParams.get('user_scope')).toBe('identity.basic')
  })

  test('stores context data with the link, and carries only the key', async () => {
    const secret = 'only in the database'
    const url = await service.link({ context: { tenant: { id: 'acme', data: { secret } } } })
    const { states, clock } = service.deps
    const carried = await states.verify(String(url.searchParams.get('state')), clock())
    expect(carried).toMatchObject({ kind: 'valid', claims: { contextKeys: ['tenant:acme'] } })
    expect(JSON.stringify(carried)).not.toContain(secret)
  })
})

describe('the state of a link', () => {
  // docs/decisions/0006-signed-state.md
  test('does not reveal whose link it is, and is short', async () => {
    const { states, clock } = service.deps
    const state = String((await service.link()).searchParams.get('state'))
    expect(state.length).toBeLessThan(1000)
    const carried = await states.verify(state, clock())
    if (carried.kind !== 'valid') throw new Error(carried.kind)
    const { environmentId, integrationId, subscriberId, connectionIdentifier } = carried.claims
    const texts = state.split('.').flatMap((part) => [part, Buffer.from(part, 'base64').toString()])
    for (const told of [environmentId, integrationId, subscriberId, connectionIdentifier]) {
      expect(texts.filter((text) => text.includes(String(told)))).toEqual([])
    }
  })
})

describe('the id of a link', () => {
  const operations: [string, string, Record<string, unknown>][] = [
    ['of a user', LINK_PATH, SAMPLE_BODY],
    ['for a workspace', '/v1/integrations/channel-connections/oauth', CONNECT_BODY],
    ['by the old operation', '/v1/integrations/chat/oauth', { ...SAMPLE_BODY, mode: 'link_user' }],
  ]
  for (const [name, path, body] of operations) {
    test(`comes with a link ${name}, and a replay has the same id`, async () => {
      const key = { 'idempotency-key': `id of a link ${name}` }
      const made = await service.api('POST', path, body, key)
      const id = String(made.headers.get('latch-link-id'))
      expect(id).toMatch(/^lnk_[\w-]{41}$/)
      const state = new URL((made.body as { url: string }).url).searchParams.get('state')
      const { states, clock, store } = service.deps
      expect(await states.verify(String(state), clock())).toMatchObject({ linkId: id })

      const replayed = await service.api('POST', path, body, key)
      expect(replayed.headers.get('idempotency-replay')).toBe('true')
      expect(replayed.headers.get('latch-link-id')).toBe(id)
      expect(replayed.text).toBe(made.text)

      // As another process, or this one after a restart, finds it.
      const recall = store.idempotencyRecords.recall
      store.idempotencyRecords.recall = () => null
      const reread = await service.api('POST', path, body, key)
      store.idempotencyRecords.recall = recall
      expect(reread.headers.get('idempotency-replay')).toBe('true')
      expect(reread.headers.get('latch-link-id')).toBe(id)

      const other = await service.api('POST', path, body)
      expect(other.headers.get('latch-link-id')).not.toBe(id)
    })
  }

  test('does not come with a refusal', async () => {
    const body = { ...SAMPLE_BODY, subscriberId: 'nobody' }
    const refused = await service.api('POST', LINK_PATH, body, { 'idempotency-key': 'refused' })
    expect(refused.status).toBe(404)
    expect(refused.headers.get('latch-link-id')).toBeNull()
  })
})

describe('a link that cannot be created', () => {
  testCases(service, LINK, [
    {
      name: 'an unknown connection',
      request: { body: { ...SAMPLE_BODY, connectionIdentifier: 'none' } },
      status: 404,
      code: 'connection_not_found',
      contains: { message: 'Channel connection not found: none', path: LINK_PATH },
      headers: { 'latch-link-id': null },
    },
    {
      name: 'an empty subscriberId',
      request: { body: { ...SAMPLE_BODY, subscriberId: '' } },
      status: 422,
      contains: { errors: { subscriberId: { messages: [/^subscriberId is required/] } } },
    },
    ...refusedAlike(service),
  ])
})

describe('the caller, whatever the body,', () => {
  const key = 'latch_0123456789abcdef0123456789abcdef'
  const wrong: [string, string, string][] = [
    ['without a key', '', 'Missing authorization header'],
    ['with another scheme', 'Basic eA==', 'Invalid authentication scheme: "Basic"'],
    ['with an unknown key', 'ApiKey latch_no', 'API Key not found'],
    ['with nothing after the scheme', 'ApiKey ', 'Unauthorized'],
    ['who forgot the scheme does not get the key back', key, 'Invalid authentication scheme: ""'],
  ]
  const cases = wrong.map(([name, authorization, message]) => ({
    name,
    request: { body: '{not json', headers: { authorization } },
    status: 401,
    contains: { message },
    lacks: key,
    headers: { 'www-authenticate': 'ApiKey' },
  }))
  testCases(service, LINK, cases)
})

test('missing subscribers are created if the operator allows it', async () => {
  const open = await startService({ LATCH_AUTO_CREATE_SUBSCRIBERS: 'true' })
  await open.link({ subscriberId: 'new."{user}"@example.com' })
  const environment = await open.deps.store.environments.first()
  const found = await open.deps.store.subscribers.find(
    String(environment?.id),
    'new."{user}"@example.com',
  )
  expect(found).not.toBeNull()
})

test('single results are wrapped if the operator configures it, and lists are not', async () => {
  const wrapped = await startService({ LATCH_RESPONSE_ENVELOPE: 'data' })
  const made = await wrapped.api('POST', LINK_PATH, SAMPLE_BODY)
  expect(made.status).toBe(201)
  expect(made.body).toEqual({ data: { url: expect.any(String) } })
  expect(made.headers.get('x-request-id')).not.toBeNull()
  const list = await wrapped.api('GET', '/v1/channel-endpoints')
  expect(list.body).toMatchObject({ data: [], totalCount: 0 })
})
