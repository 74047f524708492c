import { describe, expect, test } from 'bun:test'
import { Novu } from '@novu/api'
import { ErrorDto, SDKError, ValidationErrorDto } from '@novu/api/models/errors'
import { SANDBOX } from '../harness/sandbox.ts'
import { API_KEY, LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'

const service = await startService(WITH_LIMITS)

const SAMPLE = {
  subscriberId: SANDBOX.subscriberId,
  integrationIdentifier: SANDBOX.integrationIdentifier,
}

const sdk = (options: { secretKey?: string; serverURL?: string; retry?: boolean } = {}): Novu =>
  new Novu({
    secretKey: options.secretKey ?? API_KEY,
    serverURL: options.serverURL ?? service.url,
    ...(options.retry !== true && { retryConfig: { strategy: 'none' as const } }),
  })

const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => new Error('it succeeded'),
    (error: unknown) => error,
  )

describe("Novu's SDK, without retries,", () => {
  test('reads a 400', async () => {
    const error = await errorOf(
      sdk().integrations.generateLinkUserOAuthUrl(SAMPLE, 'k'.repeat(256)),
    )
    expect(error).toBeInstanceOf(ErrorDto)
    expect(error).toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('has exceeded the maximum allowed length'),
      path: LINK_PATH,
      ctx: { code: 'idempotency_key_too_long', error: 'Bad Request', statusCode: 400 },
    })
  })

  test('reads a 401', async () => {
    const error = await errorOf(
      sdk({ secretKey: 'unknown' }).integrations.generateLinkUserOAuthUrl(SAMPLE),
    )
    expect(error).toBeInstanceOf(ErrorDto)
    expect(error).toMatchObject({ statusCode: 401, message: 'API Key not found' })
  })

  test('reads a 403', async () => {
    const secretKey = await service.addKey({ permissions: ['read'] })
    const error = await errorOf(sdk({ secretKey }).integrations.generateLinkUserOAuthUrl(SAMPLE))
    expect(error).toBeInstanceOf(ErrorDto)
    expect(error).toMatchObject({ statusCode: 403, message: 'This API key may only read' })
  })

  test('reads a 404', async () => {
    const unknown = { ...SAMPLE, connectionIdentifier: 'none' }
    const error = await errorOf(sdk().integrations.generateLinkUserOAuthUrl(unknown))
    expect(error).toBeInstanceOf(ErrorDto)
    expect(error).toMatchObject({
      statusCode: 404,
      message: 'Channel connection not found: none',
    })
  })

  test('reads a 409', async () => {
    const taken = { providerId: 'slack', channel: 'chat', identifier: 'slack' } as const
    const error = await errorOf(sdk().integrations.create(taken))
    expect(error).toBeInstanceOf(ErrorDto)
    expect(error).toMatchObject({
      statusCode: 409,
      message: 'Integration with identifier already exists',
    })
  })

  test('reads a 413', async () => {
    const context = { tenant: { id: 'acme', data: { filler: 'x'.repeat(110_000) } } }
    const error = await errorOf(sdk().integrations.generateLinkUserOAuthUrl({ ...SAMPLE, context }))
    expect(error).toBeInstanceOf(ErrorDto)
    expect(error).toMatchObject({ statusCode: 413 })
  })

  test('reads a 422 by field, and one of the idempotency key', async () => {
    const error = await errorOf(
      sdk().integrations.generateLinkUserOAuthUrl({ subscriberId: '', integrationIdentifier: '' }),
    )
    expect(error).toBeInstanceOf(ValidationErrorDto)
    expect(error).toMatchObject({
      statusCode: 422,
      errors: {
        subscriberId: { messages: ['subscriberId is required for link_user'] },
        integrationIdentifier: { messages: ['Integration identifier is required'] },
      },
    })
    await sdk().integrations.generateLinkUserOAuthUrl(SAMPLE, 'reused')
    const other = { ...SAMPLE, userScope: ['users:read'] }
    const reused = await errorOf(sdk().integrations.generateLinkUserOAuthUrl(other, 'reused'))
    expect(reused).toBeInstanceOf(ValidationErrorDto)
    expect(reused).toMatchObject({ message: expect.stringContaining('for a different body') })
  })

  test('reads a 500 with its errorId', async () => {
    const broken = await startService()
    await broken.deps.store.close()
    const error = await errorOf(
      sdk({ serverURL: broken.url }).integrations.generateLinkUserOAuthUrl(SAMPLE),
    )
    expect(error).toBeInstanceOf(ErrorDto)
    expect(error).toMatchObject({ statusCode: 500, errorId: expect.any(String) })
  })

  test('gets a 429 as its general error', async () => {
    const limited = await startService({ LATCH_RATE_LIMIT_GLOBAL: '1' })
    const novu = sdk({ serverURL: limited.url })
    await novu.integrations.generateLinkUserOAuthUrl(SAMPLE)
    const error = await errorOf(novu.integrations.generateLinkUserOAuthUrl(SAMPLE))
    expect(error).toBeInstanceOf(SDKError)
    expect(error).toMatchObject({ statusCode: 429, body: '"API rate limit exceeded"' })
  })
})

describe("Novu's SDK, with its own retries,", () => {
  test('retries a 429 after Retry-After', async () => {
    const limited = await startService({ LATCH_RATE_LIMIT_GLOBAL: '1' })
    const novu = sdk({ serverURL: limited.url, retry: true })
    await novu.integrations.generateLinkUserOAuthUrl(SAMPLE)
    const startedAt = performance.now()
    const { result } = await novu.integrations.generateLinkUserOAuthUrl(SAMPLE)
    expect(result.url).toContain('/oauth/v2/authorize')
    expect(performance.now() - startedAt).toBeGreaterThan(900)
  }, 15_000)

  test('retries a 503, and its request has one effect', async () => {
    const statuses: number[] = []
    let refusals = 2
    const proxy = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: async (request) => {
        const { pathname } = new URL(request.url)
        const answer =
          refusals > 0
            ? Response.json('Please wait some time, then try again.', {
                status: 503,
                headers: { 'retry-after': '1' },
              })
            : await fetch(new Request(service.url + pathname, request))
        refusals -= 1
        statuses.push(answer.status)
        return answer
      },
    })
    const novu = sdk({ serverURL: `http://127.0.0.1:${proxy.port}`, retry: true })
    const made = await novu.integrations.create({ providerId: 'slack', channel: 'chat' })
    expect(made.result.identifier).toStartWith('slack-')
    expect(statuses).toEqual([503, 503, 201])
    await proxy.stop(true)
  }, 15_000)

  test('retries a 409 of its own request that is still running', async () => {
    const novu = sdk({ retry: true })
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        novu.integrations.generateLinkUserOAuthUrl(SAMPLE, 'five-at-once'),
      ),
    )
    expect(new Set(answers.map(({ result }) => result.url)).size).toBe(1)
    const plain = await service.api('POST', LINK_PATH, SAMPLE_BODY)
    expect(plain.status).toBe(201)
  }, 15_000)
})
