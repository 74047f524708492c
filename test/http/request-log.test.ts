import { describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { createRequestLog } from '../../src/http/request-log.ts'
import type { LogFields } from '../../src/observe/log.ts'
import { LINK_PATH, SAMPLE_BODY, startService, type TestService } from '../harness/service.ts'
import { until } from '../harness/until.ts'

const linesOf = ({ logged }: TestService): LogFields[] =>
  logged.filter(({ message }) => message === 'request').map(({ fields }) => fields)

const told = ({ logged }: TestService, at: 'debug' | 'info' | 'warn'): unknown[] =>
  logged
    .filter(({ message, level }) => message === 'request' && level === at)
    .map(({ fields }) => fields['status'])

describe('the line of a request', () => {
  test('has its route, API key, status and duration, and names no person', async () => {
    const service = await startService({ LATCH_LOG_REQUESTS: 'all' })
    const { headers } = await service.api('POST', LINK_PATH, SAMPLE_BODY, { 'x-request-id': 'one' })
    await service.api('GET', '/v2/subscribers/ada@example.com?email=ada@example.com')
    const [made, missing, ...others] = linesOf(service)
    expect(others).toEqual([])
    expect(made).toEqual({
      requestId: 'one',
      method: 'POST',
      route: LINK_PATH,
      status: 201,
      durationMs: expect.any(Number),
      apiKeyId: expect.stringMatching(/^[0-9a-f]{24}$/),
      linkId: headers.get('latch-link-id'),
    })
    expect(missing).toMatchObject({ route: '/v2/subscribers/:subscriberId', status: 404 })
    expect(JSON.stringify(missing)).not.toContain('ada')
  })

  test('says how long it took in milliseconds, to a hundredth', async () => {
    const service = await startService({ LATCH_LOG_REQUESTS: 'all' })
    const deps = { ...service.deps, monotonicMs: () => 5012.346, apiKeyIdOf: () => null }
    const logRequest = createRequestLog(deps, [])
    logRequest(new Request('http://latch/v1/links'), new Response(), 5000)
    expect(linesOf(service)).toMatchObject([{ durationMs: 12.35 }])
  })

  test("of a link has the id that the link's own line has, at debug", async () => {
    const service = await startService()
    const made = await service.api('POST', LINK_PATH, SAMPLE_BODY, { 'x-request-id': 'asked' })
    const link = service.logged.find(({ message }) => message === 'link')
    expect(link).toEqual({
      level: 'debug',
      message: 'link',
      fields: {
        requestId: 'asked',
        apiKeyId: expect.stringMatching(/^[0-9a-f]{24}$/),
        linkId: made.headers.get('latch-link-id'),
        provider: 'slack',
        integration: SAMPLE_BODY.integrationIdentifier,
        subscriberId: SAMPLE_BODY.subscriberId,
        mode: 'link_user',
      },
    })
  })

  test('is not written for a successful health check', async () => {
    const service = await startService({ LATCH_LOG_REQUESTS: 'all' })
    await fetch(`${service.url}/healthz`)
    await fetch(`${service.url}/readyz`)
    expect(linesOf(service)).toEqual([])
  })

  test('is written only at `debug` for successes, 429 and 503, unless all are configured', async () => {
    const limit = { LATCH_RATE_LIMIT_CONFIGURATION: '2' }
    const ask = async (service: TestService): Promise<void> => {
      await service.api('POST', LINK_PATH, SAMPLE_BODY)
      for (let asked = 0; asked < 3; asked += 1) await service.api('GET', '/v2/subscribers/none')
      await service.api('POST', LINK_PATH, SAMPLE_BODY, { authorization: 'ApiKey none' })
    }
    const byDefault = await startService(limit)
    await ask(byDefault)
    expect(told(byDefault, 'debug')).toEqual([201, 429])
    expect(told(byDefault, 'info')).toEqual([404, 404, 401])
    const all = await startService({ ...limit, LATCH_LOG_REQUESTS: 'all' })
    await ask(all)
    expect(told(all, 'info')).toEqual([201, 404, 404, 429, 401])
    const none = await startService({ ...limit, LATCH_LOG_REQUESTS: 'none' })
    await ask(none)
    expect(linesOf(none)).toEqual([])
  })

  test('of a client that disconnected is written above `debug` only if all are configured', async () => {
    for (const [logRequests, at] of [
      ['errors', 'debug'],
      ['all', 'info'],
    ] as const) {
      const service = await startService({ LATCH_LOG_REQUESTS: logRequests })
      const logRequest = createRequestLog({ ...service.deps, apiKeyIdOf: () => null }, [])
      const request = new Request('http://latch/v1/links', { signal: AbortSignal.abort() })
      logRequest(request, new Response(null, { status: 400 }), 0)
      expect(told(service, at)).toEqual([400])
      expect(linesOf(service)).toMatchObject([{ aborted: true }])
    }
  })

  test('of a 500 is a warning, with the id that its error has', async () => {
    const service = await startService()
    service.deps.store.subscribers.find = () => Promise.reject(new Error('broken'))
    await service.api('POST', LINK_PATH, SAMPLE_BODY, { 'x-request-id': 'broken' })
    expect(told(service, 'warn')).toEqual([500])
    const fault = service.logged.find(({ message }) => message === 'a request failed')
    expect(fault?.fields).toMatchObject({ requestId: 'broken', error: expect.any(Error) })
  })
})

describe('a client that disconnects', () => {
  const bodies: [string, string][] = [
    ['that it announced', 'Content-Length: 100\r\n\r\n{"a":'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n'],
  ]
  for (const [name, rest] of bodies) {
    test(`while it sends a body ${name} is no error`, async () => {
      const service = await startService()
      const key = await service.addKey({})
      const reading = new Promise<void>((resolve) => {
        service.deps.store.apiKeys.noteUse = () => resolve()
      })
      const { port, hostname } = new URL(service.listensAt)
      const socket = connect(Number(port), hostname)
      socket.write(
        `POST ${LINK_PATH} HTTP/1.1\r\nHost: latch\r\nAuthorization: ApiKey ${key}\r\n` +
          `Content-Type: application/json\r\n${rest}`,
      )
      await reading
      socket.destroy()
      await until(() => linesOf(service).length > 0)
      expect(linesOf(service)).toMatchObject([{ status: 400, aborted: true }])
      expect(service.logged.filter(({ level }) => level !== 'debug')).toEqual([])
      expect(service.logged.map(({ message }) => message)).not.toContain('a request failed')
    })
  }
})
