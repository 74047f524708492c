import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { ApiError, badRequest, conflict, invalid, notFound } from '../../src/http/api-error.ts'
import { errorBody, safePath } from '../../src/http/error-response.ts'

const URL_OF_REQUEST = 'http://latch.example:4400/v1/channel-endpoints?limit=5'
const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

describe("an error's body", () => {
  const named: [ApiError, number, string, string][] = [
    [badRequest('bad', 'message'), 400, 'bad', 'Bad Request'],
    [new ApiError(401, 'unknown', 'message'), 401, 'unknown', 'Unauthorized'],
    [new ApiError(403, 'restricted', 'message'), 403, 'restricted', 'Forbidden'],
    [notFound('gone', 'message'), 404, 'gone', 'Not Found'],
    [new ApiError(405, 'method', 'message'), 405, 'method', 'Method Not Allowed'],
    [new ApiError(408, 'slow', 'message'), 408, 'slow', 'Request Timeout'],
    [conflict('taken', 'message'), 409, 'taken', 'Conflict'],
    [new ApiError(413, 'large', 'message'), 413, 'large', 'Payload Too Large'],
    [new ApiError(414, 'long', 'message'), 414, 'long', 'URI Too Long'],
    [new ApiError(415, 'media', 'message'), 415, 'media', 'Unsupported Media Type'],
    [new ApiError(502, 'upstream', 'message'), 502, 'upstream', 'Bad Gateway'],
  ]
  for (const [error, statusCode, code, reason] of named) {
    // docs/decisions/0003-errors.md
    test(`of ${statusCode} has these fields and no other`, () => {
      expect(errorBody(error, URL_OF_REQUEST, NOW_MS)).toStrictEqual({
        error: reason,
        statusCode,
        timestamp: '2026-01-02T03:04:05.006Z',
        path: '/v1/channel-endpoints?limit=5',
        message: 'message',
        ctx: { error: reason, statusCode, code },
      })
    })
  }

  test('of 422 lists the invalid fields', () => {
    const errors = { subscriberId: { messages: ['subscriberId must be a string'], value: 1 } }
    expect(errorBody(invalid(errors), URL_OF_REQUEST, NOW_MS)).toStrictEqual({
      statusCode: 422,
      timestamp: '2026-01-02T03:04:05.006Z',
      path: '/v1/channel-endpoints?limit=5',
      message: 'Validation Error',
      ctx: { statusCode: 422, code: 'validation_failed' },
      errors,
    })
    expect(errorBody(invalid({}), URL_OF_REQUEST, NOW_MS)).toMatchObject({ errors: {} })
  })

  test('has nothing that is only for the log', () => {
    const error = new ApiError(400, 'code', 'public', {
      internal: 'internal',
      cause: new Error('cause'),
      headers: { 'x-header': 'header' },
    })
    const text = JSON.stringify(errorBody(error, URL_OF_REQUEST, NOW_MS))
    expect(text).not.toMatch(/internal|cause|header/)
  })
})

describe('the path of an error', () => {
  const paths: [string, string][] = [
    ['http://latch/', '/'],
    ['http://latch/v1/a?b=1&c=%20x', '/v1/a?b=1&c=%20x'],
    ['http://user:password@latch/a', '/a'],
    ['http://latch/a#fragment', '/a'],
    ['http://latch/cb?code=SECRET&state=SECRET', '/cb'],
    ['http://latch/cb?a=1&code=SECRET&b=2&state=SECRET', '/cb?a=1&b=2'],
    ['http://latch/cb?code=SECRET&code=SECRET', '/cb'],
    ['http://latch/cb?%63ode=SECRET&st%61te=SECRET', '/cb'],
    ['http://latch/cb?code', '/cb'],
    ['http://latch/cb?code=SECRET&error=access_denied', '/cb?error=access_denied'],
    ['not a URL', '/'],
  ]
  for (const [url, path] of paths) {
    test(`of ${url} is ${path}`, () => {
      expect(safePath(url)).toBe(path)
    })
  }

  test('never has a code or a state, however the query is written', () => {
    const spelled = (name: string) =>
      fc
        .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
        .map((escaped) =>
          [...name]
            .map((letter, index) =>
              escaped[index] ? `%${letter.charCodeAt(0).toString(16)}` : letter,
            )
            .join(''),
        )
    const secret = fc.oneof(spelled('code'), spelled('state')).map((name) => `${name}=SECRET`)
    const other = fc.webQueryParameters().filter((query) => !query.includes('SECRET'))
    fc.assert(
      fc.property(
        fc.array(fc.oneof(secret, other), { maxLength: 8 }),
        fc.webPath(),
        (parts, at) => {
          const path = safePath(`http://latch${at}?${parts.join('&')}`)
          expect(path).not.toContain('SECRET')
          const searchParams = new URLSearchParams(path.slice(path.indexOf('?') + 1))
          expect(searchParams.has('code') || searchParams.has('state')).toBe(false)
        },
      ),
      { numRuns: 500 },
    )
  })
})
