import { afterEach, describe, expect, jest, test } from 'bun:test'
import { ApiError } from '../../src/http/api-error.ts'
import { createOverload } from '../../src/http/overload.ts'
import { createReadBody } from '../../src/http/read-body.ts'

const LIMIT = 1024
const JSON_TYPE = { 'content-type': 'application/json' }

type Body = ConstructorParameters<typeof Response>[0]

const requestOf = (body: Body, headers: Record<string, string> = JSON_TYPE): Request =>
  new Request('http://latch/', { method: 'POST', headers, ...(body !== undefined && { body }) })

const read = (body: Body, headers?: Record<string, string>): Promise<unknown> =>
  createReadBody(LIMIT, createOverload())(requestOf(body, headers))

const refusal = async (reading: Promise<unknown>): Promise<ApiError> => {
  const outcome = await reading.catch((reason: unknown) => reason)
  if (!(outcome instanceof ApiError)) throw new Error(`not refused: ${String(outcome)}`)
  return outcome
}

/** A body that comes in pieces; `next` gives null at its end. */
function streamOf(next: () => Uint8Array | null) {
  const seen = { pulled: 0, cancelled: false }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = next()
        if (chunk === null) controller.close()
        else controller.enqueue(chunk)
        seen.pulled += 1
      },
      cancel() {
        seen.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, seen }
}

const bytesOf = (text: string): number[] => [...Buffer.from(text)]

describe('a body', () => {
  const taken: [string, Body, unknown][] = [
    ['that is not there', undefined, undefined],
    ['of no bytes', '', undefined],
    ['that is an object', '{"a":{"b":[1,"é😀"]}}', { a: { b: [1, 'é😀'] } }],
    ['with white space around', ' \r\n{"a":1}\t', { a: 1 }],
    ['that is null', 'null', null],
    ['that is a list', '[null,{"a":null}]', [null, { a: null }]],
    ['that is a text', '"text"', 'text'],
    ['with nulls', '{"a":null,"b":1,"c":null}', { b: 1 }],
    ['with nulls further in', '{"a":{"b":null},"c":[null]}', { a: { b: null }, c: [null] }],
    [
      'with brackets in a text',
      `{"a":"${'['.repeat(100)}\\"${'{'.repeat(100)}"}`,
      { a: expect.any(String) },
    ],
    ['of exactly 64 levels', `${'['.repeat(64)}${']'.repeat(64)}`, expect.any(Array)],
  ]
  for (const [name, body, value] of taken) {
    test(`${name} is taken`, async () => {
      expect(await read(body)).toEqual(value)
    })
  }

  const refused: [string, Body, string][] = [
    ['that is cut off', '{"a":', 'body_not_json'],
    ['that is a form', 'a=1', 'body_not_json'],
    ['of white space alone', ' ', 'body_not_json'],
    ['with something after it', '{} {}', 'body_not_json'],
    ['with a bad byte', new Uint8Array([0x22, 0xff, 0x22]), 'body_not_utf8'],
    ['with an overlong slash', new Uint8Array([0x22, 0xc0, 0xaf, 0x22]), 'body_not_utf8'],
    ['with a coded surrogate', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), 'body_not_utf8'],
    ['cut in a character', new Uint8Array(bytesOf('"é"').slice(0, 2)), 'body_not_utf8'],
    ['of 65 levels', '['.repeat(65), 'body_too_deep'],
    ['of 65 levels after a text', `{"\\"":${'['.repeat(64)}`, 'body_too_deep'],
  ]
  for (const [name, body, code] of refused) {
    test(`${name} is refused`, async () => {
      expect(await refusal(read(body))).toMatchObject({ status: 400, code })
    })
  }

  test('cannot set a prototype', async () => {
    const body = await read('{"__proto__":{"polluted":1},"drop":null}')
    expect(body).not.toHaveProperty('polluted')
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype)
  })
})

describe('the media type', () => {
  for (const type of [
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    ' application/json ; x=y',
  ]) {
    test(`"${type}" is JSON`, async () => {
      expect(await read('{}', { 'content-type': type })).toEqual({})
    })
  }

  const others: Record<string, string>[] = [
    {},
    { 'content-type': '' },
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/jsonp' },
    { 'content-type': 'application/json, text/plain' },
    { ...JSON_TYPE, 'content-encoding': 'gzip' },
    { ...JSON_TYPE, 'content-encoding': 'identity, br' },
  ]
  for (const headers of others) {
    test(`${JSON.stringify(headers)} is refused`, async () => {
      // As bytes: for a text, the request itself would fill in a type.
      const error = await refusal(read(Buffer.from('{}'), headers))
      expect(error).toMatchObject({
        status: 415,
        options: { headers: { accept: JSON_TYPE['content-type'] } },
      })
    })
  }

  test('does not matter without a body', async () => {
    expect(await read(undefined, { 'content-type': 'text/plain' })).toBeUndefined()
    expect(await read('', { 'content-type': 'text/plain' })).toBeUndefined()
  })
})

describe('the size', () => {
  const jsonOf = (bytes: number): string => `"${'x'.repeat(bytes - 2)}"`

  test('can be the limit, and not a byte more', async () => {
    expect(await read(jsonOf(LIMIT))).toBeString()
    expect(await refusal(read(jsonOf(LIMIT + 1)))).toMatchObject({ status: 413 })
    const inPieces = (text: string) => {
      const bytes = bytesOf(text)
      return streamOf(() => (bytes.length === 0 ? null : new Uint8Array(bytes.splice(0, 100))))
    }
    expect(await read(inPieces(jsonOf(LIMIT)).stream)).toBeString()
    expect(await refusal(read(inPieces(jsonOf(LIMIT + 1)).stream))).toMatchObject({ status: 413 })
  })

  // docs/decisions/0002-statuses.md
  test('is enforced while the body arrives, even if it never ends', async () => {
    const { stream, seen } = streamOf(() => new Uint8Array(100).fill(0x20))
    const error = await refusal(read(stream))
    expect(error).toMatchObject({
      status: 413,
      publicMessage: 'The request body is larger than 1024 bytes',
      // What is left of the body would be taken for the next request.
      options: { headers: { connection: 'close' } },
    })
    expect(seen.pulled).toBeLessThanOrEqual(12)
    expect(seen.cancelled).toBe(true)
  })

  test('in Content-Length is enough to refuse a body unread', async () => {
    const { stream, seen } = streamOf(() => null)
    const headers = { ...JSON_TYPE, 'content-length': String(LIMIT + 1) }
    expect(await refusal(read(stream, headers))).toMatchObject({ status: 413 })
    expect(seen.pulled).toBe(0)
  })

  test('in Content-Length is ignored if it is not a number', async () => {
    for (const length of ['-1', 'none', '0']) {
      const { stream } = streamOf(() => new Uint8Array(100).fill(0x20))
      const headers = { ...JSON_TYPE, 'content-length': length }
      expect(await refusal(read(stream, headers))).toMatchObject({ status: 413 })
    }
  })
})

describe('a body that does not arrive', () => {
  afterEach(() => {
    jest.useRealTimers()
  })

  test('is awaited for 15 seconds, and at most one more', async () => {
    jest.useFakeTimers()
    const never = new ReadableStream<Uint8Array>({ pull: () => new Promise<void>(() => {}) })
    const reading = refusal(read(never))
    jest.advanceTimersByTime(14_999)
    expect(await Promise.race([reading, 'waiting'])).toBe('waiting')
    jest.advanceTimersByTime(1001)
    expect(await reading).toMatchObject({
      status: 408,
      options: { headers: { connection: 'close' } },
    })
  })
})
