import { describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { LINK_PATH, SAMPLE_BODY, startService } from '../../harness/service.ts'

const service = await startService()

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

  test('passes an empty userScope on as it is', async () => {
    const url = await service.link({ userScope: [] })
    expect(url.searchParams.get('user_scope')).toBe('')
  })

  test('takes null as absent, and ignores what it does not know', async () => {
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
  test('tells nobody whose link it is, and is short', async () => {
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
    test(`comes with a link ${name}, and again with the same answer`, async () => {
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

describe('a link that cannot be made', () => {
  const missing: [string, Record<string, unknown>, string][] = [
    ['subscriber', { subscriberId: 'nobody' }, 'Subscriber not found: nobody'],
    ['connection', { connectionIdentifier: 'none' }, 'Channel connection not found: none'],
  ]
  for (const [name, change, message] of missing) {
    test(`names the ${name} that is not there`, async () => {
      const answer = await service.api('POST', LINK_PATH, { ...SAMPLE_BODY, ...change })
      expect(answer.status).toBe(404)
      expect(answer.body).toMatchObject({ statusCode: 404, message, path: LINK_PATH })
    })
  }

  test('names the integration and the environment', async () => {
    const body = { ...SAMPLE_BODY, integrationIdentifier: 'none' }
    const answer = await service.api('POST', LINK_PATH, body)
    expect(answer.status).toBe(404)
    expect(answer.text).toMatch(/Integration not found: none in environment [0-9a-f]{24}/)
  })

  const incomplete: [string, object | undefined, string][] = [
    ['credentials', undefined, 'Slack integration missing credentials '],
    [
      'a client id',
      { secretKey: 'secret' },
      'Slack integration missing required OAuth credentials (clientId) ',
    ],
  ]
  for (const [name, credentials, message] of incomplete) {
    test(`for an integration without ${name}`, async () => {
      const made = await service.api('POST', '/v1/integrations', {
        providerId: 'slack',
        channel: 'chat',
        credentials,
      })
      const { identifier } = made.body as { identifier: string }
      const answer = await service.api('POST', LINK_PATH, {
        subscriberId: SANDBOX.subscriberId,
        integrationIdentifier: identifier,
      })
      expect(answer.status).toBe(404)
      expect(answer.body).toMatchObject({ message })
    })
  }

  const context: [string, unknown, string][] = [
    ['no entry', {}, 'Invalid context payload structure'],
    ['a bad id', { tenant: 'a b' }, 'Invalid context payload structure'],
    ['a type with a space', { 'a b': 'acme' }, 'Invalid context payload structure'],
    ['a type with a colon', { 'a:b': 'acme' }, 'Invalid context payload structure'],
    ['a type of two lines, and no id', { 'a\nb': null }, 'Invalid context payload structure'],
    [
      'six entries',
      Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`t${n}`, 'id'])),
      'Too many contexts: 6 provided, maximum allowed is 5',
    ],
    [
      'too much data',
      { tenant: { id: 'a', data: { text: 'x'.repeat(70_000) } } },
      "Context 'tenant' data is too large: 69KB exceeds 64KB limit",
    ],
  ]
  for (const [name, payload, message] of context) {
    test(`for a context with ${name}`, async () => {
      const answer = await service.api('POST', LINK_PATH, { ...SAMPLE_BODY, context: payload })
      expect(answer.status).toBe(422)
      expect(answer.body).toMatchObject({ message: 'Validation Error' })
      const { errors } = answer.body as { errors: { context: { messages: string[] } } }
      expect(errors.context.messages[0]).toStartWith(message)
    })
  }
})

describe('the caller', () => {
  const wrong: [string, Record<string, string>, string][] = [
    ['no key', { authorization: '' }, 'Missing authorization header'],
    ['another scheme', { authorization: 'Basic eA==' }, 'Invalid authentication scheme: "Basic"'],
    ['an unknown key', { authorization: 'ApiKey latch_no' }, 'API Key not found'],
    ['nothing after the scheme', { authorization: 'ApiKey ' }, 'Unauthorized'],
  ]
  for (const [name, headers, message] of wrong) {
    test(`with ${name} gets 401, whatever the body`, async () => {
      const answer = await service.api('POST', LINK_PATH, '{not json', headers)
      expect(answer.status).toBe(401)
      expect(answer.text).toContain(JSON.stringify(message).slice(1, -1))
    })
  }

  test('who forgot the scheme does not get the key back', async () => {
    const key = 'latch_0123456789abcdef0123456789abcdef'
    const answer = await service.api('POST', LINK_PATH, SAMPLE_BODY, { authorization: key })
    expect(answer.status).toBe(401)
    expect(answer.text).not.toContain(key)
  })
})

test('subscribers are made as they come where the operator allows it', async () => {
  const open = await startService({ LATCH_AUTO_CREATE_SUBSCRIBERS: 'true' })
  await open.link({ subscriberId: 'new."{user}"@example.com' })
  const environment = await open.deps.store.environments.first()
  const found = await open.deps.store.subscribers.find(
    String(environment?.id),
    'new."{user}"@example.com',
  )
  expect(found).not.toBeNull()
})

test('single results are wrapped where the operator asks for it, lists are not', async () => {
  const wrapped = await startService({ LATCH_RESPONSE_ENVELOPE: 'data' })
  const made = await wrapped.api('POST', LINK_PATH, SAMPLE_BODY)
  expect(made.status).toBe(201)
  expect(made.body).toEqual({ data: { url: expect.any(String) } })
  expect(made.headers.get('x-request-id')).not.toBeNull()
  const list = await wrapped.api('GET', '/v1/channel-endpoints')
  expect(list.body).toMatchObject({ data: [], totalCount: 0 })
})
