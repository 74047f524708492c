import { afterAll, describe, expect, test } from 'bun:test'
import { type Case, testCases } from '../../harness/cases.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'
import { COMPLETION_URL, complete, ticketIn, urlOf } from '../../harness/session-app.ts'

const service = await startService()
const { link, consent, open, endpoints } = service
afterAll(() => service.stop())

const CALLBACK = {
  method: 'GET',
  path: '/v1/integrations/chat/oauth/callback',
  key: null,
  headers: { accept: 'text/html' },
}
const PAGE = { 'content-type': /^text\/html/, 'cache-control': 'no-store' }

/** The callback of somebody who has consented, its address changed. */
async function arrive(
  change: (callback: URL) => string = String,
  changes: Record<string, unknown> = {},
  user?: string,
): Promise<{ path: string }> {
  const callback = await consent(await link(changes), user === undefined ? {} : { user })
  return { path: change(new URL(callback)).slice(service.url.length) }
}

const without =
  (name: string) =>
  (callback: URL): string => {
    callback.searchParams.delete(name)
    return callback.toString()
  }

const having =
  (name: string, value: string) =>
  (callback: URL): string => {
    callback.searchParams.set(name, value)
    return callback.toString()
  }

function withAlteredState(callback: URL): string {
  const state = String(callback.searchParams.get('state'))
  return having('state', state.slice(0, -1) + (state.endsWith('A') ? 'B' : 'A'))(callback)
}

/** The case, after which nothing is stored and Slack was asked nothing. */
const spendsNothing = ({ before, after, ...one }: Case): Case => {
  let requestsBefore = 0
  return {
    ...one,
    before: async () => {
      const asked = (await before?.()) ?? {}
      requestsBefore = service.slackRequests.length
      return asked
    },
    after: async (answer) => {
      await after?.(answer)
      expect(await endpoints()).toEqual([])
      expect(service.slackRequests.length).toBe(requestsBefore)
    },
  }
}

// docs/providers.md#callbacks-without-a-state
// docs/decisions/0008-callback-order.md
describe('a callback that is refused stores nothing and sends Slack nothing', () => {
  const refused: (Omit<Case, 'status'> & { change: (callback: URL) => string })[] = [
    { name: 'a forged state', change: having('state', 'a.b.c'), contains: 'not valid' },
    { name: 'an altered state', change: withAlteredState, contains: 'not valid' },
    { name: 'no state', change: without('state'), contains: 'not valid' },
    { name: 'no code', change: without('code'), contains: 'not valid' },
    {
      name: 'a repeated parameter',
      change: (callback) => `${callback}&state=other`,
      contains: 'not valid',
    },
    { name: 'a refusal', change: having('error', 'access_denied'), contains: 'Cancelled' },
    {
      name: 'a refusal that claims admin consent',
      change: (callback) => `${having('error', 'access_denied')(callback)}&admin_consent=True`,
      contains: 'Cancelled',
    },
    {
      name: 'another error of the provider',
      change: having('error', 'server_error'),
      contains: 'That did not work',
    },
  ]
  const cases = refused.map(
    ({ change, ...one }): Case => ({
      ...one,
      status: 400,
      headers: PAGE,
      before: () => arrive(change),
      after: async ({ text, headers }) => {
        expect(text).toContain(headers.get('x-request-id') ?? 'no request id')
      },
    }),
  )
  testCases(service, CALLBACK, cases.map(spendsNothing))

  testCases(
    service,
    CALLBACK,
    [
      {
        name: 'a state that is five minutes old',
        status: 400,
        contains: 'This link has expired',
        before: async () => {
          const early = await arrive()
          service.advance(300_000 + 1000)
          return early
        },
      },
      {
        name: 'a state from the future',
        status: 400,
        contains: 'not valid',
        before: async () => {
          const callback = await arrive()
          service.advance(-120_000)
          return callback
        },
        after: async () => service.advance(120_000),
      },
      {
        name: 'to a program: an ErrorDto, without code or state',
        status: 400,
        code: 'state_invalid',
        request: { headers: { accept: 'application/json' } },
        contains: { message: 'Invalid OAuth state parameter', path: CALLBACK.path },
        lacks: [/code=/, /forged/],
        before: () => arrive(having('state', 'forged')),
      },
    ].map(spendsNothing),
  )
})

// docs/providers.md#prefetches-and-link-previews
describe('a request without a user does not use up the link', () => {
  const prefetches = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map((header) => ({
    name: `a prefetch, by ${header} alone`,
    headers: { [header]: 'prefetch' },
  }))
  const previews = [
    'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
    'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com',
  ].map((agent) => ({ name: `a preview, by ${agent}`, headers: { 'user-agent': agent } }))
  const cases = [...prefetches, ...previews].map(
    ({ name, headers }): Case => ({
      name,
      status: 204,
      request: { headers: { ...CALLBACK.headers, ...headers } },
      headers: { 'cache-control': 'no-store' },
      before: () => arrive(),
      after: async ({ text }) => expect(text).toBe(''),
    }),
  )
  const head = { name: 'HEAD', status: 204, request: { method: 'HEAD' }, before: () => arrive() }
  testCases(service, CALLBACK, [...cases, head].map(spendsNothing))

  test('and the user can still link afterwards', async () => {
    const { path } = await arrive()
    await fetch(service.url + path, { method: 'HEAD' })
    expect((await open(service.url + path)).status).toBe(200)
  })
})

describe('a callback that is accepted', () => {
  const own = (key: string) => ({ context: { key } })
  const storesNothing = (key: string) => async () => {
    expect(await endpoints(`contextKeys=key:${key}`)).toEqual([])
  }
  const removed = (method: string, path: string) => async () => {
    expect((await service.api(method, path)).status).toBeLessThan(300)
  }
  const GONE_SUBSCRIBER = { ...own('gone'), subscriberId: 'gone' }

  testCases(service, CALLBACK, [
    {
      name: 'after consent',
      status: 200,
      contains: 'all set',
      headers: PAGE,
      before: () => arrive(String, own('taken')),
    },
    {
      name: 'for a subscriber who was deleted',
      status: 404,
      headers: PAGE,
      contains: 'This link leads nowhere',
      before: async () => {
        await service.api('POST', '/v2/subscribers', { subscriberId: 'gone' })
        const callback = await arrive(String, GONE_SUBSCRIBER)
        await removed('DELETE', '/v2/subscribers/gone')()
        return callback
      },
      after: storesNothing('gone'),
    },
    {
      name: 'with a code that Slack refuses',
      status: 400,
      contains: 'invalid_code',
      before: async () => {
        const callback = await arrive(String, own('refused'))
        service.slackAnswers.push(() => Response.json({ ok: false, error: 'invalid_code' }))
        return callback
      },
      after: storesNothing('refused'),
    },
    {
      name: 'from another workspace than the one of the connection, which is named',
      status: 409,
      contains: ['this link is for Acme Corp', 'You chose Other Company'],
      before: () => arrive(String, own('other'), 'U0MALLORY4'),
      after: storesNothing('other'),
    },
    {
      name: 'to which Slack sends an invalid response',
      status: 502,
      contains: 'Slack is not answering',
      lacks: 'oops',
      before: async () => {
        const callback = await arrive(String, own('garbage'))
        service.slackAnswers.push(() => new Response('<html>oops', { status: 500 }))
        return callback
      },
      after: storesNothing('garbage'),
    },
    {
      name: 'to which Slack sends that, for a program',
      status: 502,
      code: 'provider_unavailable',
      request: { headers: { accept: 'application/json' } },
      lacks: ['oops', /code=/],
      before: async () => {
        const callback = await arrive(String, own('json'))
        service.slackAnswers.push(() => new Response('<html>oops', { status: 500 }))
        return callback
      },
      after: storesNothing('json'),
    },
  ])
})

describe('with settings of the integration:', async () => {
  const integration = async (identifier: string, credentials: Record<string, unknown>) => {
    const { clientId, clientSecret } = SANDBOX
    const made = await service.api('POST', '/v1/integrations', {
      providerId: 'slack',
      channel: 'chat',
      identifier,
      credentials: { clientId, secretKey: clientSecret, ...credentials },
    })
    expect(made.status).toBe(201)
    return { integrationIdentifier: identifier, connectionIdentifier: null }
  }
  const redirects = await integration('redirects', { redirectUrl: 'https://app.example.com/done' })
  const completionUrl = COMPLETION_URL
  const ofSession = await integration('app', { userVerification: 'session', completionUrl })

  testCases(service, CALLBACK, [
    {
      name: 'to the redirect URL, with the outcome',
      status: 302,
      headers: { location: 'https://app.example.com/done?status=linked' },
      before: () => arrive(String, redirects),
    },
    {
      name: 'from a browser that has not opened the link',
      status: 403,
      contains: 'This link was opened in another browser',
      before: async () => {
        const opened = await open(String(await link(ofSession)))
        const address = urlOf(await complete(service, ticketIn(opened)))
        return { path: address.slice(service.url.length) }
      },
    },
  ])
})

test('above the rate limit, a browser gets a page and a program gets a string', async () => {
  const limited = await startService({ LATCH_RATE_LIMIT_GLOBAL: '1' })
  try {
    const url = `${limited.url}/v1/integrations/chat/oauth/callback`
    const open = (accept: string) => limited.open(url, { accept })
    let page = await open('text/html')
    for (let i = 0; i < 5 && page.status !== 429; i += 1) page = await open('text/html')
    expect(page.status).toBe(429)
    expect(page.text).toContain('Too busy right now')
    expect(page.headers.get('retry-after')).toBe('1')
    const program = await open('application/json')
    expect([program.status, program.body]).toEqual([429, 'API rate limit exceeded'])
  } finally {
    await limited.stop()
  }
})
