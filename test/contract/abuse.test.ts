import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { rawRequest } from '../harness/raw-request.ts'
import { API_KEY, LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'
import { contractStatuses, expectConforms } from './contract.ts'

const service = await startService(WITH_LIMITS)
const SAMPLE = JSON.stringify(SAMPLE_BODY)

const request = (headers: readonly string[], body: string | Uint8Array): Uint8Array =>
  Buffer.concat([
    Buffer.from(
      [
        `POST ${LINK_PATH} HTTP/1.1`,
        'Host: latch',
        `Content-Length: ${Buffer.byteLength(body)}`,
        ...headers,
        '\r\n',
      ].join('\r\n'),
    ),
    Buffer.from(body),
  ])

const AUTHORIZED = [`Authorization: ApiKey ${API_KEY}`, 'Content-Type: application/json']

describe('unusual requests get a response, and never a 500:', () => {
  test('any JSON value as a body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 6 }), async (body) => {
        const answer = await service.api('POST', LINK_PATH, body)
        expectConforms(answer, 422)
      }),
      { numRuns: 150 },
    )
  })

  test('a value that cannot be converted to a string', async () => {
    for (const value of [{ toString: null }, { toString: 1, valueOf: 2 }, { toJSON: 3 }]) {
      const answer = await service.api('POST', LINK_PATH, { ...SAMPLE_BODY, subscriberId: value })
      expectConforms(answer, 422)
      expect(answer.body).toMatchObject({ errors: { subscriberId: { value } } })
    }
  })

  test('any value in any field', async () => {
    const field = fc.constantFrom(
      ...Object.keys(SAMPLE_BODY),
      'context',
      'contextHash',
      'userScope',
    )
    await fc.assert(
      fc.asyncProperty(field, fc.jsonValue({ maxDepth: 4 }), async (name, value) => {
        const answer = await service.api('POST', LINK_PATH, { ...SAMPLE_BODY, [name]: value })
        expect([201, 404, 422]).toContain(answer.status)
        expectConforms(answer, answer.status)
      }),
      { numRuns: 300 },
    )
  })

  test('any bytes as a body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), async (bytes) => {
        const answer = await rawRequest(service.url, request(AUTHORIZED, bytes))
        expect([400, 422]).toContain(answer.status)
        expectConforms(answer, answer.status)
      }),
      { numRuns: 150 },
    )
  })

  test('any path and query, by any method', async () => {
    const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS')
    await fc.assert(
      fc.asyncProperty(method, fc.webPath(), fc.webQueryParameters(), async (verb, path, query) => {
        const answer = await service.api(verb, `/v1${path}?${query}`, undefined)
        expect(contractStatuses()).toContain(answer.status)
        expect(answer.status).toBeLessThan(500)
      }),
      { numRuns: 200 },
    )
  })

  test('any idempotency key that HTTP can carry', async () => {
    const key = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((n) => String.fromCharCode(n)),
      minLength: 1,
      maxLength: 300,
    })
    await fc.assert(
      fc.asyncProperty(key, async (text) => {
        const headers = { 'idempotency-key': text }
        const answer = await service.api('POST', LINK_PATH, SAMPLE_BODY, headers)
        expectConforms(answer, text.length > 255 ? 400 : 201)
        if (text.length <= 255) expect(answer.headers.get('idempotency-key')).toBe(text)
      }),
      { numRuns: 100 },
    )
  })
})

describe('a hostile body', () => {
  const bodies: [string, string, number][] = [
    ['sets the prototype', `{"__proto__":{"subscriberId":"subscriber-123"},"constructor":1}`, 422],
    ['sets the prototype beside good fields', SAMPLE.replace('{', '{"__proto__":{"x":1},'), 201],
    ['has a context named as a prototype', withContext('{"__proto__":"acme"}'), 201],
    ['is as deep as it may be', withContext(nested(60)), 201],
    ['is deeper than it may be', withContext(nested(70)), 400],
    ['names a field twice', `{"subscriberId":"nobody",${SAMPLE.slice(1)}`, 201],
    ['has a NUL in an id', SAMPLE.replace('subscriber-123', 'subscriber\\u0000'), 422],
    ['has half a surrogate pair in an id', SAMPLE.replace('subscriber-123', '\\ud800'), 422],
    ['is a number too large for any type', SAMPLE.replace('"subscriber-123"', '1e999'), 422],
  ]
  for (const [name, body, status] of bodies) {
    test(`that ${name} gets ${status}`, async () => {
      expectConforms(await service.api('POST', LINK_PATH, body), status)
    })
  }

  test('does not pollute prototypes', () => {
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  test('that is not UTF-8 gets 400', async () => {
    const bytes = Buffer.concat([Buffer.from('{"subscriberId":"'), Buffer.from([0xff, 0x22, 0x7d])])
    expectConforms(await rawRequest(service.url, request(AUTHORIZED, bytes)), 400)
  })
})

describe('hostile headers', () => {
  test('two API keys count as none', async () => {
    const headers = [...AUTHORIZED, `Authorization: ApiKey ${API_KEY}`]
    const answer = await rawRequest(service.url, request(headers, SAMPLE))
    expectConforms(answer, 401, { authenticated: false })
  })

  test('two content types are not JSON', async () => {
    const headers = [...AUTHORIZED, 'Content-Type: text/plain']
    expectConforms(await rawRequest(service.url, request(headers, SAMPLE)), 415)
  })

  test('a request id that could break a log line is replaced, and a valid one is kept', async () => {
    for (const [id, kept] of [
      ['abc-123', true],
      ['a"b', false],
      ['x'.repeat(129), false],
    ] as const) {
      const answer = await service.api('POST', LINK_PATH, SAMPLE_BODY, { 'x-request-id': id })
      expect(answer.headers.get('x-request-id') === id).toBe(kept)
    }
  })

  test('a hundred unknown headers change nothing', async () => {
    const many = Array.from({ length: 100 }, (_, index) => `X-Filler-${index}: ${'y'.repeat(20)}`)
    expectConforms(await rawRequest(service.url, request([...AUTHORIZED, ...many], SAMPLE)), 201)
  })

  test('an invalid Host is refused on every route', async () => {
    for (const host of ['a b', 'h#', 'u:p@h', 'é']) {
      const text = Buffer.from(request(AUTHORIZED, SAMPLE)).toString('latin1')
      const bytes = Buffer.from(text.replace('Host: latch', `Host: ${host}`), 'latin1')
      const answer = await rawRequest(service.url, bytes)
      expectConforms(answer, 400, { authenticated: false })
      expect([host, answer.body]).toMatchObject([host, { ctx: { code: 'host_malformed' } }])
    }
  })

  test('a Host of one letter works, and does not affect any URL', async () => {
    const bytes = Buffer.from(request(AUTHORIZED, SAMPLE)).toString().replace('latch', 'x')
    const answer = await rawRequest(service.url, bytes)
    expectConforms(answer, 201)
    const { url } = answer.body as { url: string }
    expect(url).toContain(encodeURIComponent(service.url))
  })
})

test('a trailing slash is the same route', async () => {
  expect((await service.api('POST', `${LINK_PATH}/`, SAMPLE_BODY)).status).toBe(201)
})

test('HEAD of a list is GET without the body', async () => {
  const head = await service.api('HEAD', '/v1/channel-endpoints')
  expect([head.status, head.text]).toEqual([200, ''])
})

function withContext(context: string): string {
  return SAMPLE.replace('{', `{"context":${context},`)
}

/** A context whose data is `depth` levels deep, counted from the body's own. */
function nested(depth: number): string {
  const levels = depth - 3
  return `{"deep":{"id":"a","data":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}}`
}
