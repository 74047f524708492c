import { afterAll, describe, expect, test } from 'bun:test'
import { createSlack } from '../../../src/providers/slack/slack.ts'

const APP = {
  clientId: 'id with : and %',
  clientSecret: 'sécret+/',
  providerCredentials: {},
}
const OAUTH = {
  protocol: 'oauth',
  codeVerifier: 'v',
  nonce: 'n',
  workspaceId: null,
  needsName: false,
} as const
const EXCHANGE = {
  app: APP,
  code: 'the-code',
  redirectUri: 'https://l.example/cb',
  ...OAUTH,
}

const GRANTED = { ok: true, authed_user: { id: 'U1' }, team: { id: 'T1', name: 'Acme' } }

type Handler = (request: Request) => Response | Promise<Response>
let handler: Handler = () => new Response()
let requests = 0
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request) => {
    requests += 1
    return handler(request)
  },
})
afterAll(() => server.stop(true))

const slack = createSlack({
  address: () => `http://127.0.0.1:${server.port}`,
  fetch,
  clock: Date.now,
})

async function identifyBy(answer: Handler) {
  handler = answer
  requests = 0
  const outcome = await slack.identify(EXCHANGE)
  return { outcome, requests }
}

describe("a user's identity at Slack", () => {
  // docs/providers.md#slack-client-credentials
  test('is requested once, with HTTP Basic as the only client authentication', async () => {
    let seen: { authorization: string; form: URLSearchParams; path: string } | undefined
    const { outcome, requests: asked } = await identifyBy(async (request) => {
      const form = new URLSearchParams(await request.text())
      const { pathname } = new URL(request.url)
      seen = { authorization: request.headers.get('authorization') ?? '', form, path: pathname }
      return Response.json(GRANTED)
    })
    expect(outcome).toEqual({
      kind: 'identified',
      identity: { userId: 'U1', workspace: { id: 'T1', name: 'Acme' } },
    })
    expect(asked).toBe(1)
    expect(seen?.path).toBe('/api/oauth.v2.access')
    expect(Object.fromEntries(seen?.form ?? [])).toEqual({
      code: 'the-code',
      redirect_uri: 'https://l.example/cb',
    })
    const basic = atob((seen?.authorization ?? '').replace('Basic ', ''))
    expect(basic).toBe('id+with+%3A+and+%25:s%C3%A9cret%2B%2F')
  })

  test("is refused with Slack's error code", async () => {
    const { outcome } = await identifyBy(() => Response.json({ ok: false, error: 'invalid_code' }))
    expect(outcome).toEqual({ kind: 'refused', error: 'invalid_code' })
  })

  const senseless: [string, Handler][] = [
    ['status 500', () => new Response('oops', { status: 500 })],
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['broken JSON', () => new Response('{"ok":tru')],
    ['no team', () => Response.json({ ...GRANTED, team: null })],
    ['no user', () => Response.json({ ...GRANTED, authed_user: {} })],
    ['an empty user', () => Response.json({ ...GRANTED, authed_user: { id: '' } })],
    ['neither ok nor not', () => Response.json({})],
    ['more than it can be', () => new Response('x'.repeat(300 * 1024))],
    ['a redirect', () => Response.redirect(`http://127.0.0.1:${server.port}/elsewhere`)],
  ]
  for (const [name, answer] of senseless) {
    test(`cannot be told from ${name}, and is not asked again`, async () => {
      const { outcome, requests: asked } = await identifyBy(answer)
      expect(outcome).toMatchObject({ kind: 'unavailable', codeSent: true })
      expect(asked).toBe(1)
    })
  }

  test('is unknown, and the code unspent, if the connection is refused', async () => {
    const gone = createSlack({ address: () => 'http://127.0.0.1:1', fetch, clock: Date.now })
    expect(await gone.identify(EXCHANGE)).toMatchObject({ kind: 'unavailable', codeSent: false })
  })

  // docs/decisions/0015-provider-addresses.md
  test('times out after ten seconds', async () => {
    const limits: number[] = []
    const timeout = AbortSignal.timeout
    const never = (_: string, { signal }: RequestInit): Promise<Response> => {
      if (!(signal instanceof AbortSignal)) throw new Error('no deadline')
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    }
    const stuck = createSlack({ address: () => 'https://slack.com', fetch: never, clock: Date.now })
    AbortSignal.timeout = (milliseconds) => {
      limits.push(milliseconds)
      return timeout.call(AbortSignal, 1)
    }
    const outcome = await stuck.identify(EXCHANGE)
    AbortSignal.timeout = timeout
    expect(limits).toEqual([10_000])
    expect(outcome).toEqual({ kind: 'unavailable', reason: 'TimeoutError', codeSent: true })
  })
})
