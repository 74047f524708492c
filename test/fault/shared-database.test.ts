import { describe, expect, test } from 'bun:test'
import {
  API_KEY,
  LINK_PATH,
  SAMPLE_BODY,
  startService,
  type TestService,
} from '../harness/service.ts'
import { environmentOf, own, startServer, startTwo, stopAll } from '../harness/two-processes.ts'

const BUSY = 'Please wait some time, then try again.'

const ask = async (service: TestService, key: string, body: object = SAMPLE_BODY) => {
  const response = await fetch(own(service) + LINK_PATH, {
    method: 'POST',
    headers: {
      authorization: `ApiKey ${API_KEY}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe('two processes that share a libSQL server', () => {
  test('run a request with an idempotency key once, also if both get it at the same moment', async () => {
    const both = await startTwo()
    const { one, two } = both
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all([ask(one, `k${round}`), ask(two, `k${round}`)])
      expect(answers.map(({ status }) => status)).toEqual([201, 201])
      expect(answers[0]?.body).toEqual(answers[1]?.body)
      const replays = answers.filter(({ headers }) => headers.get('idempotency-replay') === 'true')
      expect(replays).toHaveLength(1)
    }
    const other = await ask(two, 'k0', { ...SAMPLE_BODY, userScope: ['openid'] })
    expect(other.status).toBe(422)
    await stopAll(both)
  })

  test('complete a link once, whichever of them gets the callback', async () => {
    const both = await startTwo()
    const { one, two } = both
    for (let round = 0; round < 5; round += 1) {
      const context = { of: `${round}` }
      const callback = await one.consent(await one.link({ context }))
      const elsewhere = callback.replace(one.url, own(two))
      one.slackRequests.length = 0
      const pages = await Promise.all([
        one.open(callback),
        two.open(elsewhere),
        two.open(elsewhere),
      ])
      expect(pages.map(({ status }) => status)).toEqual([200, 200, 200])
      expect(one.slackRequests.filter((path) => path.includes('oauth.v2.access'))).toHaveLength(1)
      const stored = await one.endpoints(`contextKeys=of:${round}`)
      expect(stored).toHaveLength(1)
    }
    await stopAll(both)
  })

  test('link a chat user to one of two subscribers, wherever they come back', async () => {
    const both = await startTwo()
    const { one, two } = both
    await one.api('POST', '/v2/subscribers', { subscriberId: 'second' })
    for (let round = 0; round < 10; round += 1) {
      const context = { of: `person-${round}` }
      const first = await one.consent(await one.link({ context }))
      const second = await one.consent(await one.link({ context, subscriberId: 'second' }))
      const pages = await Promise.all([
        one.open(first),
        two.open(second.replace(one.url, own(two))),
      ])
      expect(pages.map(({ status }) => status).sort()).toEqual([200, 409])
      expect(await one.endpoints(`contextKeys=of:person-${round}`)).toHaveLength(1)
    }
    await stopAll(both)
  })

  test('create one of two records that must be unique', async () => {
    const both = await startTwo()
    const { one, two } = both
    const create = async (service: TestService) => {
      const response = await fetch(`${own(service)}/v1/integrations`, {
        method: 'POST',
        headers: { authorization: `ApiKey ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ providerId: 'slack', channel: 'chat', identifier: 'same' }),
      })
      return response.status
    }
    const statuses = await Promise.all([create(one), create(two), create(one), create(two)])
    expect(statuses.sort()).toEqual([201, 409, 409, 409])
    await stopAll(both)
  })

  test('see each other’s changes within about a second', async () => {
    const both = await startTwo()
    const { one, two } = both
    const apiKey = await one.addKey({})
    const status = async (): Promise<number> => {
      const headers = { authorization: `ApiKey ${apiKey}` }
      return (await fetch(`${own(two)}/v2/subscribers`, { headers })).status
    }
    expect(await status()).toBe(200)
    const environment = await one.deps.store.environments.first()
    const keys = await one.deps.store.apiKeys.list(String(environment?.id))
    const { id = '' } = keys.find(({ name }) => name === 'test') ?? {}
    await one.deps.store.commit([one.deps.store.apiKeys.revoke(id, one.deps.clock())])
    const startedMs = performance.now()
    while ((await status()) !== 401 && performance.now() - startedMs < 3000) await Bun.sleep(50)
    expect(await status()).toBe(401)
    await stopAll(both)
  })

  test('immediately refuse what depends on something that the other has just deleted', async () => {
    const both = await startTwo()
    const { one, two } = both
    const headers = { authorization: `ApiKey ${API_KEY}`, 'content-type': 'application/json' }
    const createEndpoint = async (changes: Record<string, unknown>) => {
      const response = await fetch(`${own(two)}/v1/channel-endpoints`, {
        method: 'POST',
        headers,
        body: JSON.stringify({
          type: 'slack_channel',
          endpoint: { channelId: 'C1' },
          subscriberId: 'subscriber-123',
          integrationIdentifier: 'slack',
          ...changes,
        }),
      })
      return [response.status, await response.json()]
    }
    await one.api('POST', '/v2/subscribers', { subscriberId: 'leaving' })
    // The sandbox's own connection belongs to `subscriber-123`, who can have one only.
    await one.api('POST', '/v2/subscribers', { subscriberId: 'staying' })
    await one.api('POST', '/v1/channel-connections', {
      identifier: 'leaving',
      integrationIdentifier: 'slack',
      subscriberId: 'staying',
      workspace: { id: 'T1' },
      auth: { accessToken: 'xoxb-leaving' },
    })
    const ofSubscriber = { subscriberId: 'leaving' }
    const ofConnection = { connectionIdentifier: 'leaving' }
    // Now the second remembers both.
    expect((await createEndpoint(ofSubscriber))[0]).toBe(201)
    expect((await createEndpoint(ofConnection))[0]).toBe(201)
    expect((await one.api('DELETE', '/v2/subscribers/leaving')).status).toBe(200)
    expect((await createEndpoint(ofSubscriber))[0]).toBe(404)
    expect((await one.api('DELETE', '/v1/channel-connections/leaving')).status).toBe(204)
    expect((await createEndpoint(ofConnection))[0]).toBe(404)
    const environment = await one.deps.store.environments.first()
    const integrations = await one.deps.store.integrations.list(String(environment?.id))
    const { id } = integrations.find(({ identifier }) => identifier === 'slack') ?? {}
    expect((await one.api('DELETE', `/v1/integrations/${id}`)).status).toBe(200)
    expect((await createEndpoint({}))[0]).toBe(404)
    await stopAll(both)
  })

  test('can start at the same moment on an empty database', async () => {
    for (let round = 0; round < 20; round += 1) {
      const server = startServer()
      const started = await Promise.allSettled(
        [1, 2, 3].map(() => startService(environmentOf(server))),
      )
      const failures = started.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
      const services = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      expect(failures).toEqual([])
      const [first] = services
      expect(await first?.deps.store.environments.list()).toHaveLength(1)
      for (const service of services) await service.stop()
      await server.stop()
    }
  }, 60_000)
})

describe('a libSQL server that fails', () => {
  for (const behaviour of ['unwell', 'hang'] as const) {
    test(`(${behaviour}) causes 503 until it recovers`, async () => {
      const server = startServer()
      const service = await startService(environmentOf(server))
      await ask(service, 'before')
      server.behave(behaviour)
      const startedMs = performance.now()
      const refused = await ask(service, 'during')
      expect([refused.status, refused.body, refused.headers.get('retry-after')]).toEqual([
        503,
        BUSY,
        '1',
      ])
      expect(performance.now() - startedMs).toBeLessThan(8000)
      expect((await fetch(`${service.url}/healthz`)).status).toBe(200)
      expect((await fetch(`${service.url}/readyz`)).status).toBe(503)
      server.behave('well')
      expect((await ask(service, 'during')).status).toBe(201)
      await Bun.sleep(1000)
      expect((await fetch(`${service.url}/readyz`)).status).toBe(200)
      await service.stop()
      await server.stop()
    }, 30_000)
  }

  test('whose response is lost has applied the change once', async () => {
    const server = startServer()
    const service = await startService(environmentOf(server))
    const create = () =>
      service.api('POST', '/v1/channel-endpoints', ENDPOINT, { 'idempotency-key': 'lost' })
    // The first record that expires on a day stores the key that seals it, in a commit of its own.
    const first = { 'idempotency-key': 'before' }
    const other = { subscriberId: 'other' }
    expect((await service.api('POST', '/v2/subscribers', other, first)).status).toBe(201)
    server.behave('lose_commits')
    expect((await create()).status).toBe(503)
    server.behave('well')
    const again = await create()
    expect([again.status, again.headers.get('idempotency-replay')]).toEqual([201, 'true'])
    expect(await service.endpoints()).toHaveLength(1)
    await service.stop()
    await server.stop()
  })

  test('or refuses the token is reported at start', async () => {
    const server = startServer()
    const environment = { ...environmentOf(server), LATCH_DATABASE_AUTH_TOKEN: 'wrong' }
    expect(startService(environment)).rejects.toThrow(
      'The libSQL server does not respond: status 401',
    )
    expect(() => startService({ LATCH_DATABASE_URL: server.url })).toThrow(/LATCH_SECRET_KEY/)
    await server.stop()
  })
})

const ENDPOINT = {
  identifier: 'once',
  type: 'slack_channel',
  endpoint: { channelId: 'C1' },
  subscriberId: 'subscriber-123',
  integrationIdentifier: 'slack',
}
