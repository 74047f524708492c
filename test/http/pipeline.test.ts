import { afterAll, describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { createApp } from '../../src/app.ts'
import { listen } from '../../src/http/listen.ts'
import { createStartingHandler } from '../../src/http/pipeline.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { rawRequest } from '../harness/raw-request.ts'
import { API_KEY, LINK_PATH, SAMPLE_BODY, startService } from '../harness/service.ts'

describe('X-Request-Id is on every response', async () => {
  const service = await startService()
  afterAll(() => service.stop())
  const own = { 'x-request-id': 'mine-1' }
  const BROWSER = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' }

  const exits: [string, number, () => Promise<{ status: number; headers: Headers }>][] = [
    ['a link', 201, () => service.api('POST', LINK_PATH, SAMPLE_BODY, own)],
    ['a wrong body', 422, () => service.api('POST', LINK_PATH, {}, own)],
    [
      'an unknown key',
      401,
      () => service.api('GET', '/v1/integrations', undefined, { ...own, authorization: 'x' }),
    ],
    ['the root, in a browser', 302, () => service.open(`${service.url}/`, { ...own, ...BROWSER })],
    ['the root, to a program', 404, () => service.open(`${service.url}/`, own)],
    ['no route', 404, () => service.api('GET', '/nowhere', undefined, own)],
    ['another method', 405, () => service.api('DELETE', LINK_PATH, undefined, own)],
    ['OPTIONS', 204, () => service.api('OPTIONS', LINK_PATH, undefined, own)],
    ['HEAD', 200, () => service.api('HEAD', '/v1/integrations', undefined, own)],
    ['a long address', 414, () => service.api('GET', `/?${'x'.repeat(9000)}`, undefined, own)],
    ['health', 200, () => service.api('GET', '/healthz', undefined, own)],
    ['readiness', 200, () => service.api('GET', '/readyz', undefined, own)],
    ["Novu's health check", 200, () => service.api('GET', '/v1/health-check', undefined, own)],
    ['the reference', 200, () => service.open(`${service.url}/openapi`, own)],
    ['the description', 200, () => service.open(`${service.url}/openapi.json`, own)],
    ['the description as YAML', 200, () => service.open(`${service.url}/openapi.yaml`, own)],
    ['a file of the reference', 200, () => service.open(`${service.url}/openapi/start.js`, own)],
    ['llms.txt', 200, () => service.open(`${service.url}/llms.txt`, own)],
    ['the guides', 200, () => service.open(`${service.url}/docs`, own)],
    ['a guide', 200, () => service.open(`${service.url}/docs/slack`, own)],
    ['a guide as Markdown', 200, () => service.open(`${service.url}/docs/slack.md`, own)],
    ['no such guide', 404, () => service.open(`${service.url}/docs/nothing`, own)],
    [
      'the callback',
      400,
      () => service.open(`${service.url}/v1/integrations/chat/oauth/callback`, own),
    ],
    [
      'a malformed Host',
      400,
      () =>
        rawRequest(
          service.url,
          'GET /healthz HTTP/1.1\r\nHost: a b\r\nX-Request-Id: mine-1\r\n\r\n',
        ),
    ],
  ]
  for (const [name, status, ask] of exits) {
    test(`${name} (${status})`, async () => {
      const answer = await ask()
      expect([answer.status, answer.headers.get('x-request-id')]).toEqual([status, 'mine-1'])
    })
  }

  test('a generated one if the caller sent none, or an unsafe one', async () => {
    const none = await service.api('GET', '/healthz')
    const wrong = await service.api('GET', '/healthz', undefined, { 'x-request-id': '<script>' })
    for (const { headers } of [none, wrong]) {
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{10,}$/)
    }
  })

  test('a fault (500)', async () => {
    const broken = await startService()
    const client = createClient({ url: `file:${broken.databaseFile}` })
    await client.execute("UPDATE integrations SET credentials_sealed = 'damaged'")
    client.close()
    const { status, headers } = await broken.api('POST', LINK_PATH, SAMPLE_BODY, own)
    expect([status, headers.get('x-request-id')]).toEqual([500, 'mine-1'])
    await broken.stop()
  })

  test('latch that starts, or shuts down (503)', async () => {
    const random = createRandom()
    const listener = listen('127.0.0.1', 0, { starting: createStartingHandler(random) })
    const startingUp = await fetch(listener.url, { headers: own })
    await listener.stop()
    expect([startingUp.status, startingUp.headers.get('x-request-id')]).toEqual([503, 'mine-1'])
    expect(await startingUp.json()).toBe('Please wait some time, then try again.')

    const app = createApp(service.deps, () => '127.0.0.1')
    app.drain()
    const shuttingDown = await app.fetch(new Request(`${service.url}/healthz`, { headers: own }))
    expect([shuttingDown.status, shuttingDown.headers.get('x-request-id')]).toEqual([503, 'mine-1'])
    expect(shuttingDown.headers.get('connection')).toBe('close')
  })

  test('a client without a key that exceeds its limit (429)', async () => {
    const limited = await startService({ LATCH_RATE_LIMIT_GLOBAL: '1' })
    for (const authorization of ['', 'ApiKey guess']) {
      const seen = await untilLimited(() =>
        limited.api('GET', '/v1/integrations', undefined, { ...own, authorization }),
      )
      expect(seen.headers.get('x-request-id')).toBe('mine-1')
    }
    await limited.stop()
  })
})

/** A slow machine refills a bucket while it is emptied. */
async function untilLimited<Answer extends { status: number }>(
  ask: () => Promise<Answer>,
): Promise<Answer> {
  for (let asked = 0; asked < 100; asked += 1) {
    const answer = await ask()
    if (answer.status === 429) return answer
  }
  throw new Error('never limited')
}

describe('requests without a valid key are limited by address', async () => {
  const service = await startService({
    LATCH_RATE_LIMIT_GLOBAL: '1',
    LATCH_TRUSTED_PROXIES: '127.0.0.1',
  })
  afterAll(() => service.stop())
  let clients = 0
  const newAddress = (): string => {
    clients += 1
    return `198.51.100.${clients}`
  }

  for (const path of [
    '/openapi',
    '/openapi.json',
    '/llms.txt',
    '/docs',
    '/docs/slack',
    '/docs/nothing',
    '/v1/integrations/chat/oauth/callback',
    '/v1/integrations/chat/oauth/result.js',
    '/l/state',
    '/nowhere',
    '/v1/integrations',
    '/v2/contexts',
  ]) {
    test(`${path}, whatever headers they send`, async () => {
      for (const headers of [{}, { authorization: 'ApiKey guess' }, { authorization: 'x' }]) {
        const sent = { ...headers, 'x-forwarded-for': newAddress() }
        const answer = await untilLimited(() => service.open(service.url + path, sent))
        expect(answer.headers.get('retry-after')).toBe('1')
      }
    })
  }

  test('from one limit, with and without a header', async () => {
    const forwarded = { 'x-forwarded-for': newAddress() }
    const open = (headers: Record<string, string>) =>
      service.open(`${service.url}/llms.txt`, { ...forwarded, ...headers })
    await untilLimited(() => open({}))
    expect((await open({ authorization: 'ApiKey guess' })).status).toBe(429)
  })

  test('but not health checks, and not requests with a valid key', async () => {
    const forwarded = { 'x-forwarded-for': newAddress() }
    await untilLimited(() => service.open(`${service.url}/llms.txt`, forwarded))
    for (const path of ['/healthz', '/readyz', '/v1/health-check']) {
      for (let asked = 0; asked < 5; asked += 1) {
        expect((await service.open(service.url + path, forwarded)).status).toBe(200)
      }
    }
    expect((await service.api('POST', LINK_PATH, SAMPLE_BODY, forwarded)).status).toBe(201)
  })

  test('all of one IPv6 /64 together', async () => {
    const open = (address: string) =>
      service.open(`${service.url}/llms.txt`, { 'x-forwarded-for': address })
    let host = 0
    await untilLimited(() => {
      host += 1
      return open(`2001:db8:0:7::${host.toString(16)}`)
    })
    expect((await open('2001:db8:0:8::1')).status).toBe(200)
  })
})

test('a person who has opened a page gets a page when latch is busy; a program gets JSON', async () => {
  const service = await startService()
  const app = createApp(service.deps, () => '127.0.0.1')
  app.drain()
  const typeOf = async (path: string): Promise<string> => {
    const headers = { accept: 'text/html' }
    const answer = await app.fetch(new Request(service.url + path, { headers }))
    return `${answer.status} ${answer.headers.get('content-type')?.split(';')[0]}`
  }
  expect(await typeOf('/v1/integrations/chat/oauth/callback?state=x')).toBe('503 text/html')
  expect(await typeOf('/docs')).toBe('503 text/html')
  expect(await typeOf('/v1/integrations')).toBe('503 application/json')
  expect(await typeOf('/readyz')).toBe('503 application/json')
  await service.stop()
})

test('the root redirects a browser to the guides, within its rate limit, and is 404 for other clients', async () => {
  const service = await startService({ LATCH_RATE_LIMIT_GLOBAL: '3' })
  const accept = 'text/html'
  const there = await service.open(service.url, { accept })
  expect([there.status, there.headers.get('location')]).toEqual([302, '/docs'])
  const post = await service.api('POST', '/', {}, { accept })
  expect(post.status).toBe(404)
  const limited = await untilLimited(() => service.open(service.url, { accept }))
  expect(limited.status).toBe(429)
  await service.stop()
})

test('requests are counted under their method, and unusual methods as one', async () => {
  const service = await startService({ LATCH_METRICS_ADDRESS: '127.0.0.1:0' })
  const counted: string[] = []
  const metrics: typeof service.deps.metrics = {
    ...service.deps.metrics,
    request: (method) => counted.push(method),
  }
  const app = createApp({ ...service.deps, metrics }, () => '127.0.0.1')
  const known = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
  for (const method of [...known, 'PROPFIND', 'LOCK']) {
    await app.fetch(new Request(`${service.url}/nowhere`, { method }))
  }
  expect(counted).toEqual([...known, 'other', 'other'])
  await service.stop()
})

// RFC 9110 §9.3.1: the content of a GET request has no defined meaning.
test('the body of a GET request is not read, however large it is', async () => {
  const service = await startService()
  const { status } = await rawRequest(
    service.url,
    `GET /v1/integrations HTTP/1.1\r\nHost: latch\r\nAuthorization: ApiKey ${API_KEY}\r\n` +
      'Content-Type: text/plain\r\nContent-Length: 1000000\r\n\r\nhello',
  )
  expect(status).toBe(200)
  await service.stop()
})
