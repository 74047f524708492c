import { afterAll, describe, expect, spyOn, test } from 'bun:test'
import { createServer } from 'node:net'
import { callProvider, postForm } from '../../src/providers/call-provider.ts'

type Handler = (request: Request) => Response | Promise<Response>
let handler: Handler = () => new Response()
let asked: string[] = []
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`)
    return handler(request)
  },
})
afterAll(() => server.stop(true))

const BASE = `http://127.0.0.1:${server.port}`
const LIMIT = 256 * 1024

async function callWith(answer: Handler) {
  handler = answer
  asked = []
  return await callProvider(fetch, `${BASE}/asked`, { method: 'GET', headers: {} })
}

for (const status of [429, 500, 503]) {
  test(`an answer of ${status} says nothing, whatever is in it`, async () => {
    const unavailable = { kind: 'unavailable', reason: `status ${status}`, sent: true } as const
    expect(await callWith(() => Response.json({ error: 'x' }, { status }))).toEqual(unavailable)
  })
}

describe('an answer', () => {
  const read: [string, Handler, { status: number; body: unknown }][] = [
    ['of JSON', () => Response.json({ a: 'é😀' }), { status: 200, body: { a: 'é😀' } }],
    [
      'of JSON with an error status',
      () => Response.json({ error: 'x' }, { status: 400 }),
      { status: 400, body: { error: 'x' } },
    ],
    ['of HTML', () => new Response('<html>'), { status: 200, body: undefined }],
    ['of broken JSON', () => new Response('{"a":'), { status: 200, body: undefined }],
    ['of nothing', () => new Response(null, { status: 204 }), { status: 204, body: undefined }],
    [
      'in pieces that cut a character',
      () => new Response(piecewise(Buffer.from('{"a":"é😀"}'))),
      { status: 200, body: { a: 'é😀' } },
    ],
  ]
  for (const [name, answer, expected] of read) {
    test(`${name} is read as what it is, after one request`, async () => {
      expect(await callWith(answer)).toEqual({ kind: 'answered', ...expected })
      expect(asked).toEqual(['GET /asked'])
    })
  }

  // docs/decisions/0015-provider-addresses.md
  test('may have 256 KB, and not a byte more', async () => {
    const jsonOf = (bytes: number): string => `"${'x'.repeat(bytes - 2)}"`
    expect((await callWith(() => new Response(jsonOf(LIMIT)))).kind).toBe('answered')
    expect(await callWith(() => new Response(jsonOf(LIMIT + 1)))).toEqual({
      kind: 'unavailable',
      reason: 'the response is too large',
      sent: true,
    })
  })

  test('that never ends is cut off, and the provider is hung up on', async () => {
    const hungUp = Promise.withResolvers<void>()
    const endless = () =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(16 * 1024).fill(0x20)),
        cancel: () => hungUp.resolve(),
      })
    expect(await callWith(() => new Response(endless()))).toMatchObject({ kind: 'unavailable' })
    await hungUp.promise
  })

  for (const status of [301, 302, 303, 307, 308]) {
    test(`that sends elsewhere with ${status} is not followed`, async () => {
      const answer = await callWith(() => Response.redirect(`${BASE}/elsewhere`, status))
      expect(answer).toMatchObject({ kind: 'answered', status, body: undefined })
      expect(asked).toEqual(['GET /asked'])
    })
  }
})

describe('a request', () => {
  test('is a form where a form is posted, and asks for JSON', async () => {
    const seen = Promise.withResolvers<[Headers, string]>()
    handler = async (request) => {
      seen.resolve([request.headers, await request.text()])
      return Response.json({})
    }
    await postForm(fetch, `${BASE}/form`, { code: 'a b&c=é' }, { authorization: 'Basic x' })
    const [headers, body] = await seen.promise
    expect(body).toBe('code=a+b%26c%3D%C3%A9')
    expect(headers.get('content-type')).toStartWith('application/x-www-form-urlencoded')
    expect(headers.get('accept')).toBe('application/json')
    expect(headers.get('authorization')).toBe('Basic x')
  })

  test('that nobody takes was not sent', async () => {
    const nowhere = { method: 'GET', headers: {} } as const
    expect(await callProvider(fetch, 'http://127.0.0.1:1/', nowhere)).toMatchObject({
      kind: 'unavailable',
      sent: false,
    })
  })

  // docs/decisions/0007-single-use-links.md
  test('whose connection breaks may have been sent', async () => {
    const breaking = createServer((socket) => socket.once('data', () => socket.destroy()))
    const port = await new Promise<number>((resolve) => {
      breaking.listen(0, '127.0.0.1', () => {
        const address = breaking.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
    const answer = await postForm(fetch, `http://127.0.0.1:${port}/`, { code: 'c' })
    breaking.close()
    expect(answer).toMatchObject({ kind: 'unavailable', sent: true })
  })

  // docs/decisions/0015-provider-addresses.md
  test('has ten seconds, the body of the answer among them', async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal)
    const spy = spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(50))
    const stalled = () => new ReadableStream({ start: (to) => to.enqueue(Buffer.from('{')) })
    const answer = await callWith(() => new Response(stalled()))
    const asked = spy.mock.calls.map(([milliseconds]) => milliseconds)
    spy.mockRestore()
    expect(asked).toEqual([10_000])
    expect(answer).toEqual({ kind: 'unavailable', reason: 'TimeoutError', sent: true })
  })
})

const piecewise = (bytes: Uint8Array): ReadableStream =>
  new ReadableStream({
    async start(controller) {
      for (const byte of bytes) {
        controller.enqueue(new Uint8Array([byte]))
        await Bun.sleep(0)
      }
      controller.close()
    },
  })
