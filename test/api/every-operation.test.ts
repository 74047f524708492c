import { afterAll, describe, expect, test } from 'bun:test'
import Database from 'libsql'
import { createApp, type LatchApp } from '../../src/app.ts'
import type { DeclaredRoute } from '../../src/http/declares.ts'
import { responsesOf, takesIdempotencyKey } from '../../src/http/responses.ts'
import { apiSamples } from '../doors/samples.ts'
import { createApi } from '../harness/call-api.ts'
import { type Asked, ask, type Expected, expectAnswer, problemsOf } from '../harness/cases.ts'
import { checked, createAnswerCheck } from '../harness/declared-responses.ts'
import { startService, type TestService } from '../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const { operations } = service
const readOnly = await service.addKey({ permissions: ['read'] })
const linksOnly = await service.addKey({ permissions: ['links'] })

const environmentId = String((await service.deps.store.environments.first())?.id)
/** An id of nothing, which has the shape that any id must have. */
const NOTHING = '0'.repeat(24)
const samples = Object.values(apiSamples({ environmentId, integrationId: NOTHING }))

const isAt = (address: string, { path }: DeclaredRoute): boolean =>
  new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`).test(address)

/** A request that has the shape that an operation asks for; what it speaks of need not exist. */
function requestOf(route: DeclaredRoute): Asked {
  const { method, declaration } = route
  const path = route.path.replaceAll(/:\w+/g, NOTHING)
  if (declaration.body === undefined) return { method, path }
  const sample = samples.find((one) => one.method === method && isAt(one.path, route))
  if (sample === undefined) throw new Error(`no sample of ${method} ${path}`)
  return { method, path, body: sample.body }
}

/** Makes a test for each operation of which `isConcerned` holds, and at least one does. */
function testEach(
  operations: readonly DeclaredRoute[],
  isConcerned: (route: DeclaredRoute) => boolean,
  check: (route: DeclaredRoute, asked: Asked) => Promise<unknown>,
): void {
  const concerned = operations.filter(isConcerned)
  if (concerned.length === 0) throw new Error('no operation is concerned')
  for (const route of concerned) {
    const { operationId } = route.declaration
    test(operationId.replace(/^\w+Controller_/, ''), async () => {
      await check(route, requestOf(route))
    })
  }
}

const needsKey = ({ declaration }: DeclaredRoute): boolean => declaration.access !== 'public'
const readsBody = (route: DeclaredRoute): boolean => needsKey(route) && route.method !== 'GET'
const isIdempotent = ({ method, declaration }: DeclaredRoute): boolean =>
  takesIdempotencyKey(method, declaration)
const answers =
  (status: number) =>
  ({ method, declaration }: DeclaredRoute): boolean =>
    responsesOf(method, declaration).has(status)

const UNAUTHORIZED: Expected = { status: 401, headers: { 'www-authenticate': 'ApiKey' } }

describe('401, without an API key and with an unknown one:', () => {
  testEach(operations, needsKey, async (_, asked) => {
    const missing = { ...UNAUTHORIZED, code: 'authorization_missing' }
    await expectAnswer(service, { ...asked, key: null }, missing)
    const unknown = { ...UNAUTHORIZED, code: 'api_key_unknown', lacks: 'guess' }
    await expectAnswer(service, { ...asked, key: 'guess' }, unknown)
  })
})

describe('403, with an API key for other operations:', () => {
  const restricted = { status: 403, code: 'api_key_restricted' }
  testEach(operations, needsKey, async ({ declaration: { access } }, asked) => {
    if (access !== 'read') await expectAnswer(service, { ...asked, key: readOnly }, restricted)
    if (access !== 'link') await expectAnswer(service, { ...asked, key: linksOnly }, restricted)
  })
})

describe('400, for a body that is not JSON:', () => {
  testEach(operations, readsBody, async (_, asked) => {
    const expected = { status: 400, code: 'body_not_json' }
    await expectAnswer(service, { ...asked, body: '{"a":' }, expected)
  })
})

describe('400, for an idempotency key of more than 255 characters:', () => {
  testEach(operations, isIdempotent, async (_, asked) => {
    const headers = { 'idempotency-key': 'k'.repeat(256) }
    const expected = { status: 400, code: 'idempotency_key_too_long' }
    await expectAnswer(service, { ...asked, headers }, expected)
  })
})

describe('405, with the allowed methods:', () => {
  testEach(operations, answers(405), async ({ method }, asked) => {
    const taken = operations.filter((one) => isAt(asked.path, one)).map((one) => one.method)
    const other = ['PUT', 'PATCH', 'DELETE', 'POST'].find((one) => !taken.includes(one)) ?? ''
    const headers = { allow: new RegExp(`\\b${method}\\b`) }
    const expected = { status: 405, code: 'method_not_allowed', headers }
    await expectAnswer(service, { method: other, path: asked.path }, expected)
  })
})

describe('413, for a body of more than 100 KB:', () => {
  testEach(operations, readsBody, async (_, asked) => {
    const expected = { status: 413, code: 'body_too_large' }
    await expectAnswer(service, { ...asked, body: ' '.repeat(102_401) }, expected)
  })
})

describe('414, for a URL of more than 8 KB:', () => {
  testEach(operations, answers(414), async (_, asked) => {
    const path = `${asked.path}?q=${'x'.repeat(8192)}`
    await expectAnswer(service, { ...asked, path }, { status: 414, code: 'url_too_long' })
  })
})

describe('415, for a body of another media type:', () => {
  testEach(operations, readsBody, async (_, asked) => {
    const headers = { 'content-type': 'text/plain' }
    const expected = {
      status: 415,
      code: 'media_type_not_supported',
      headers: { accept: 'application/json' },
    }
    await expectAnswer(service, { ...asked, body: '{}', headers }, expected)
  })
})

describe('422, for an idempotency key that was used with another body:', () => {
  testEach(operations, isIdempotent, async ({ declaration: { operationId } }, asked) => {
    const headers = { 'idempotency-key': operationId }
    const first = await ask(service, { ...asked, headers })
    const again = await ask(service, { ...asked, headers })
    expect([again.status, again.text]).toEqual([first.status, first.text])
    expect(again.headers.get('idempotency-replay')).toBe('true')
    const body = { ...(asked.body as object | undefined), another: 1 }
    await expectAnswer(
      service,
      { ...asked, body, headers },
      {
        status: 422,
        code: 'idempotency_key_reused',
        contains: { message: /is being reused for a different body$/, errors: {} },
        headers: { 'idempotency-key': operationId, 'idempotency-replay': null, link: /"help"/ },
      },
    )
  })
})

describe('409, for an idempotency key whose first request is still running:', () => {
  testEach(operations, isIdempotent, async ({ declaration: { operationId } }, asked) => {
    const key = `slow ${operationId}`
    const running = { ...asked, headers: { 'idempotency-key': key } }
    const expected: Expected = {
      status: 409,
      code: 'idempotency_key_in_use',
      contains: /is currently being processed/,
      headers: { 'retry-after': '1', 'idempotency-key': key, link: /"help"/ },
    }
    const { both, refused } = await whileLocked(service, async () => {
      // Either may arrive first.
      const both = [ask(service, running), ask(service, running)]
      return { both, refused: await Promise.race(both) }
    })
    expect(problemsOf(refused, expected)).toEqual([])
    const others = (await Promise.all(both)).filter((answer) => answer !== refused)
    const again = await ask(service, running)
    expect(others.map(({ text }) => text)).toEqual([again.text])
  })
})

describe('429, for more requests than a second allows:', async () => {
  const limited = await startService({
    LATCH_RATE_LIMIT_GLOBAL: '1',
    LATCH_RATE_LIMIT_CONFIGURATION: '1',
  })
  afterAll(() => limited.stop())
  testEach(limited.operations, answers(429), async (_, asked) => {
    let answer = await ask(limited, asked)
    // The limit counts again while a slow machine asks.
    for (let more = 0; more < 100 && answer.status !== 429; more += 1) {
      answer = await ask(limited, asked)
    }
    expect([answer.status, answer.body]).toEqual([429, 'API rate limit exceeded'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  })
})

describe('500, for an unexpected error, of which only the id is shown:', () => {
  const app = createApp(service.deps, () => {
    throw new Error('a secret of the source')
  })
  const faulty = answering(app)
  // Health checks are answered before anything that can fail.
  const canFail = ({ declaration }: DeclaredRoute): boolean => declaration.unlimited !== true
  testEach(operations, canFail, async (_, asked) => {
    await expectAnswer(
      faulty,
      { ...asked, key: null },
      {
        status: 500,
        code: 'internal_error',
        contains: { errorId: /./ },
        lacks: 'secret',
      },
    )
  })
})

describe('503, while latch shuts down:', () => {
  const app = createApp(service.deps, () => '127.0.0.1')
  app.drain()
  const draining = answering(app)
  testEach(operations, answers(503), async (_, asked) => {
    const { body } = await expectAnswer(draining, asked, {
      status: 503,
      headers: { 'retry-after': /^\d+$/ },
    })
    expect(body).toBe('Please wait some time, then try again.')
  })
})

/** Asks an app of the same parts, which listens to nothing. */
function answering({ fetch, routes }: LatchApp): Pick<TestService, 'api'> {
  const check = createAnswerCheck(routes, service.deps.config)
  const answer = checked(fetch, () => check)
  return { api: createApi(service.url, async (url, init) => answer(new Request(url, init))) }
}

/** Runs `work` while somebody else writes to the database, so that no change gets through. */
async function whileLocked<Result>(
  { databaseFile }: TestService,
  work: () => Promise<Result>,
): Promise<Result> {
  const database = new Database(databaseFile, { timeout: 5000 })
  try {
    database.exec('BEGIN IMMEDIATE')
    const result = await work()
    database.exec('COMMIT')
    return result
  } finally {
    database.close()
  }
}
