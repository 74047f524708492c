import { describe, expect, test } from 'bun:test'
import { holdJob } from '../../../src/domain/job.ts'
import { rotatingClientId } from '../../../src/providers/slack/stand-in/directory.ts'
import { REFRESH_TOKENS } from '../../../src/store/jobs/pending.ts'
import { testCases } from '../../harness/cases.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService, type TestService } from '../../harness/service.ts'

type Auth = {
  accessToken: string
  refreshToken?: string
  expiresAt?: string
  refreshTokenExpiresAt?: string
}

const service = await startService()
const { api } = service
const ROTATING = {
  providerId: 'slack',
  channel: 'chat',
  identifier: 'rotating',
  credentials: {
    clientId: rotatingClientId(SANDBOX.clientId),
    secretKey: SANDBOX.clientSecret,
  },
}
await api('POST', '/v1/integrations', ROTATING)

async function install(name: string, { api, consent, finish }: TestService = service) {
  const { body } = await api('POST', '/v1/integrations/channel-connections/oauth', {
    integrationIdentifier: 'rotating',
    subscriberId: SANDBOX.subscriberId,
    connectionIdentifier: name,
    context: { name },
  })
  const page = await finish(await consent(new URL((body as { url: string }).url)))
  if (page.status !== 200) throw new Error(page.text)
}

async function authOf(name: string): Promise<Auth> {
  const { body } = await api('GET', `/v1/channel-connections/${name}`)
  return (body as { auth: Auth }).auth
}

const PATH = '/v1/channel-connections'
const verify = (name: string) => api('POST', `${PATH}/${name}/verify`)

const refreshes = (): number =>
  service.slackRequests.filter((request) => request === 'POST /api/oauth.v2.access').length

describe('POST /v1/channel-connections/:identifier/verify', () => {
  let unchanged: Auth = { accessToken: '' }
  /** A connection whose next refresh Slack answers so; the one after it goes well. */
  const failing = (name: string, answer: () => Response) => ({
    before: async () => {
      await install(name)
      unchanged = await authOf(name)
      service.slackAnswers.push(answer)
      return { path: `${PATH}/${name}/verify` }
    },
    after: async () => {
      expect(await authOf(name)).toEqual(unchanged)
      expect((await verify(name)).status).toBe(200)
    },
  })

  test('exchanges the refresh token, and stores the new pair', async () => {
    await install('one')
    const before = await authOf('one')
    expect(before.refreshToken).toStartWith('xoxe-1-')
    const answer = await verify('one')
    expect(answer.status).toBe(200)
    const after = await authOf('one')
    expect((answer.body as { auth: Auth }).auth).toEqual(after)
    expect(after.accessToken).not.toBe(before.accessToken)
    expect(after.refreshToken).not.toBe(before.refreshToken)
    expect((await verify('one')).status).toBe(200)
  })

  testCases(service, { method: 'POST', path: `${PATH}/none/verify` }, [
    {
      name: 'a connection whose tokens do not rotate, and leaves it unchanged',
      status: 200,
      before: async () => {
        unchanged = await authOf(SANDBOX.connectionIdentifier)
        return { path: `${PATH}/${SANDBOX.connectionIdentifier}/verify` }
      },
      after: async ({ body }) => expect((body as { auth: Auth }).auth).toEqual(unchanged),
    },
    {
      name: 'an unknown one',
      status: 404,
      code: 'connection_not_found',
      contains: { message: "Channel connection with identifier 'none' not found" },
    },
    {
      name: 'an identifier that is not UTF-8',
      request: { path: `${PATH}/%FF/verify` },
      status: 422,
      code: 'validation_failed',
    },
    // docs/providers.md#slack-token-rotation
    {
      name: 'a refused token: the tokens stay unchanged',
      status: 502,
      code: 'refresh_refused',
      contains: {
        message:
          'Slack token refresh failed: invalid_refresh_token. Reconnect the Slack channel connection.',
      },
      lacks: 'xoxe',
      ...failing('refused', () => Response.json({ ok: false, error: 'invalid_refresh_token' })),
    },
    {
      name: 'a provider that does not respond: the tokens stay unchanged',
      status: 502,
      code: 'provider_unavailable',
      contains: { message: 'Slack could not be reached' },
      lacks: 'xoxe',
      ...failing('unanswered', () => new Response('down', { status: 503 })),
    },
  ])

  // docs/providers.md#slack-token-rotation
  test('refreshes once if many requests come at once; the others are told to retry', async () => {
    await install('crowd')
    const before = refreshes()
    service.slackAnswers.push(async () => {
      await Bun.sleep(100)
      return Response.json({
        ok: true,
        access_token: 'xoxe.xoxb-new',
        refresh_token: 'xoxe-1-new',
        expires_in: 43_200,
      })
    })
    const answers = await Promise.all(Array.from({ length: 10 }, () => verify('crowd')))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, ...Array(9).fill(502)])
    expect(answers.find(({ status }) => status === 502)?.text).toContain('is already in progress')
    expect(refreshes() - before).toBe(1)
    expect(await authOf('crowd')).toMatchObject({ refreshToken: 'xoxe-1-new' })
  })

  test('waits for the lease after a crash, and then continues', async () => {
    await install('crashed')
    const environment = await service.deps.store.environments.first()
    const { store } = service.deps
    const found = await store.connections.findWithAuth(String(environment?.id), 'crashed')
    const subject = String(found?.connection.id)
    expect(await holdJob(service.deps, { kind: REFRESH_TOKENS, subject })).not.toBeNull()
    expect((await verify('crashed')).status).toBe(502)
    service.advance(60_001)
    expect((await verify('crashed')).status).toBe(200)
  })
})

describe('a refresh', () => {
  const ends: [string, Record<string, unknown>, boolean][] = [
    ['without a new refresh token keeps the old one', { expires_in: 43_200 }, true],
    ['without a lifetime forgets the old one', { refresh_token: 'xoxe-1-next' }, false],
    ['without either keeps and forgets', {}, false],
    ['with a lifetime of nothing forgets the old one', { expires_in: 0 }, false],
    ['with a lifetime of seconds leaves a pause', { expires_in: 5 }, true],
  ]
  for (const [name, more, hasLifetime] of ends) {
    test(`${name}, and is not due again at once`, async () => {
      const own = await startService()
      await own.api('POST', '/v1/integrations', ROTATING)
      await install('lasting', own)
      const read = async (): Promise<Auth> => {
        const { body } = await own.api('GET', '/v1/channel-connections/lasting')
        return (body as { auth: Auth }).auth
      }
      const before = await read()
      own.advance(13 * 60 * 60_000)
      own.slackAnswers.push(() => Response.json({ ok: true, access_token: 'xoxb-next', ...more }))
      const { store, clock } = own.deps
      const isDue = async (): Promise<boolean> => {
        const dueAtMs = await store.jobs.nextDueAtMs([REFRESH_TOKENS])
        return dueAtMs !== null && dueAtMs <= clock()
      }
      expect(await isDue()).toBe(true)
      expect((await own.api('POST', '/v1/channel-connections/lasting/verify')).status).toBe(200)

      const after = await read()
      expect(after.accessToken).toBe('xoxb-next')
      expect(after.refreshToken).toBe(String(more['refresh_token'] ?? before.refreshToken))
      expect(after.expiresAt !== undefined).toBe(hasLifetime)
      if (hasLifetime) expect(Date.parse(String(after.expiresAt))).toBeGreaterThan(clock() - 5000)
      own.advance(30_000)
      expect(await isDue()).toBe(false)
      // What has no known end is left alone for good.
      own.advance(365 * 24 * 60 * 60_000)
      expect(await isDue()).toBe(hasLifetime)
      await own.stop()
    })
  }
})

test('a refresh keeps what the provider does not send again', async () => {
  const refreshTokenExpiresAt = new Date(service.deps.clock() + 90 * 24 * 60 * 60_000).toISOString()
  const made = await api('POST', '/v1/channel-connections', {
    integrationIdentifier: 'rotating',
    identifier: 'given',
    context: { name: 'given' },
    workspace: { id: 'T0ACME0001' },
    auth: { accessToken: 'xoxe.xoxb-old', refreshToken: 'xoxe-1-old', refreshTokenExpiresAt },
  })
  expect(made.status).toBe(201)
  service.slackAnswers.push(() =>
    Response.json({ ok: true, access_token: 'xoxe.xoxb-new', expires_in: 43_200 }),
  )
  expect((await verify('given')).status).toBe(200)
  expect(await authOf('given')).toEqual({
    accessToken: 'xoxe.xoxb-new',
    refreshToken: 'xoxe-1-old',
    expiresAt: expect.any(String),
    refreshTokenExpiresAt,
  })
})
