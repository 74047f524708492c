import { describe, expect, test } from 'bun:test'
import { createSlackSandbox } from '../../../src/providers/slack/stand-in/app.ts'
import { createSlackDirectory } from '../../../src/providers/slack/stand-in/directory.ts'
import { createRandom } from '../../../src/secrets/random.ts'

const APP = { clientId: '1.2', clientSecret: 'secret', redirectUri: 'https://l.example/cb?x=1' }
let nowMs = 0
const slack = createSlackSandbox({
  sleep: Bun.sleep,
  directory: createSlackDirectory(APP),
  clock: () => nowMs,
  randomId: createRandom().alphanumeric,
  issuer: () => 'http://slack.test',
})

const ask = (path: string, init?: RequestInit) =>
  slack.fetch(new Request(`http://slack.test${path}`, init))

type Parameters = Record<string, string>

const LINK: Parameters = {
  client_id: APP.clientId,
  redirect_uri: APP.redirectUri,
  user_scope: 'identity.basic',
  state: 'a state & more',
}

const authorize = (parameters: Parameters) =>
  ask(`/oauth/v2/authorize?${new URLSearchParams(parameters)}`)

const decide = (parameters: Parameters) =>
  ask('/oauth/v2/authorize', { method: 'POST', body: new URLSearchParams(parameters) })

async function codeFor(parameters: Parameters = LINK): Promise<string> {
  const answer = await decide({ ...parameters, user: 'U0ADA00001', decision: 'allow' })
  return String(new URL(answer.headers.get('location') ?? '').searchParams.get('code'))
}

const BASIC = { authorization: `Basic ${btoa('1.2:secret')}` }

async function access(form: Parameters, headers: Parameters = BASIC): Promise<unknown> {
  const body = new URLSearchParams({ redirect_uri: APP.redirectUri, ...form })
  const answer = await ask('/api/oauth.v2.access', { method: 'POST', body, headers })
  expect(answer.status).toBe(200)
  return answer.json()
}

describe('consent', () => {
  test('shows the app, what it asks for and the accounts, and carries what came', async () => {
    const page = await (await authorize(LINK)).text()
    for (const text of ['Your app', 'Confirm who you are', 'Ada Lovelace', 'Other Company']) {
      expect(page).toContain(text)
    }
    expect(page).toContain('name="state" value="a state &amp; more"')
    expect(page).toMatch(/value="U0ADA00001" checked/)
  })

  test('begins with an account of the team that is hinted at', async () => {
    const page = await (await authorize({ ...LINK, team: 'T0OTHER002' })).text()
    expect(page).toMatch(/value="U0MALLORY4" checked/)
  })

  const refused: [string, Parameters, string][] = [
    ['an unknown app', { client_id: '9.9' }, 'invalid_client_id'],
    [
      'another redirect URI',
      { redirect_uri: 'https://l.example/cb' },
      'redirect_uri did not match any configured URIs. Passed URI: https://l.example/cb',
    ],
    ['no scope', { user_scope: '' }, 'invalid_scope'],
    ['an unknown scope', { user_scope: 'admin.everything' }, 'invalid_scope'],
    [
      // docs/providers.md#slack-sign-in-scopes
      'identity scopes with others',
      { user_scope: 'identity.basic,users:read' },
      'Cannot request both identity scopes and other scopes at the same time',
    ],
    [
      // docs/providers.md#slack-sign-in-scopes
      'identity scopes with those of a bot',
      { scope: 'chat:write' },
      'Cannot request both identity scopes and other scopes at the same time',
    ],
  ]
  for (const [name, change, text] of refused) {
    test(`is refused for ${name}, asked or answered, and leads nowhere`, async () => {
      const parameters = { ...LINK, ...change, user: 'U0ADA00001', decision: 'allow' }
      for (const answer of [await authorize(parameters), await decide(parameters)]) {
        expect(answer.status).toBe(400)
        expect(answer.headers.get('location')).toBeNull()
        expect(await answer.text()).toContain(text)
      }
    })
  }

  test('given leads back with a code, and keeps the query of the redirect URI', async () => {
    const answer = await decide({ ...LINK, user: 'U0ADA00001', decision: 'allow' })
    expect(answer.status).toBe(302)
    const location = new URL(answer.headers.get('location') ?? '')
    expect([...location.searchParams.keys()]).toEqual(['x', 'code', 'state'])
    expect(location.searchParams.get('state')).toBe(String(LINK['state']))
  })

  test('refused leads back with access_denied, and no code', async () => {
    const answer = await decide({ ...LINK, decision: 'deny' })
    const location = new URL(answer.headers.get('location') ?? '')
    expect(location.searchParams.get('error')).toBe('access_denied')
    expect(location.searchParams.has('code')).toBe(false)
  })
})

describe('oauth.v2.access', () => {
  test('tells who consented', async () => {
    expect(await access({ code: await codeFor() })).toEqual({
      ok: true,
      app_id: 'A0LATCH001',
      authed_user: {
        id: 'U0ADA00001',
        scope: 'identity.basic',
        access_token: expect.stringMatching(/^xoxp-/),
        token_type: 'user',
      },
      team: { id: 'T0ACME0001', name: 'Acme Corp' },
      enterprise: null,
      is_enterprise_install: false,
    })
  })

  test('gives an app its bot token', async () => {
    const install = { ...LINK, user_scope: '', scope: 'chat:write,users:read' }
    expect(await access({ code: await codeFor(install) })).toMatchObject({
      ok: true,
      access_token: expect.stringMatching(/^xoxb-/),
      scope: 'chat:write,users:read',
      authed_user: { id: 'U0ADA00001' },
    })
  })

  test('takes the client from the form as well, but not from both', async () => {
    const inForm = { client_id: '1.2', client_secret: 'secret' }
    const code = await codeFor()
    expect(await access({ code, ...inForm }, BASIC)).toMatchObject({ ok: false })
    expect(await access({ code, ...inForm }, {})).toMatchObject({ ok: true })
  })

  const refused: [string, (code: string) => [Parameters, Parameters?], string][] = [
    ['no client', (code) => [{ code }, {}], 'invalid_client_id'],
    [
      'another secret',
      (code) => [{ code }, { authorization: `Basic ${btoa('1.2:no')}` }],
      'bad_client_secret',
    ],
    [
      'an unknown client',
      (code) => [{ code }, { authorization: `Basic ${btoa('9:secret')}` }],
      'invalid_client_id',
    ],
    ['no code', () => [{}], 'invalid_code'],
    ['a code that was never given', () => [{ code: 'guess' }], 'invalid_code'],
    [
      'another redirect URI',
      (code) => [{ code, redirect_uri: 'https://l.example/cb' }],
      'bad_redirect_uri',
    ],
  ]
  for (const [name, change, error] of refused) {
    test(`refuses ${name}`, async () => {
      expect(await access(...change(await codeFor()))).toEqual({ ok: false, error })
    })
  }

  test('takes a code once', async () => {
    const code = await codeFor()
    expect(await access({ code })).toMatchObject({ ok: true })
    expect(await access({ code })).toEqual({ ok: false, error: 'code_already_used' })
  })

  test('takes a code for ten minutes', async () => {
    const code = await codeFor()
    nowMs += 10 * 60_000 + 1
    expect(await access({ code })).toEqual({ ok: false, error: 'invalid_code' })
  })

  test('takes forms only, and is not the only method that Slack has', async () => {
    const json = await ask('/api/oauth.v2.access', {
      method: 'POST',
      body: '{}',
      headers: { ...BASIC, 'content-type': 'application/json' },
    })
    expect(await json.json()).toEqual({ ok: false, error: 'invalid_post_type' })
    const other = await ask('/api/users.info', { method: 'POST' })
    expect(await other.json()).toEqual({ ok: false, error: 'unknown_method' })
  })
})
