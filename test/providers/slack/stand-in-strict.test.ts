import { describe, expect, test } from 'bun:test'
import { createSlackSandbox } from '../../../src/providers/slack/stand-in/app.ts'
import { createSlackDirectory } from '../../../src/providers/slack/stand-in/directory.ts'
import { createCodes } from '../../../src/sandbox/codes.ts'
import { createRandom } from '../../../src/secrets/random.ts'

const REDIRECT = 'https://l.example/cb?x=a%20b&flag'
const APP = { clientId: '1.2', clientSecret: 's+c:r%t&', redirectUri: REDIRECT }
const PLAIN = { ...APP, clientId: '3.4', clientSecret: 'secret' }
const [own, plain] = [createSlackDirectory(APP), createSlackDirectory(PLAIN)]
const randomId = createRandom().alphanumeric
const slack = createSlackSandbox({
  sleep: Bun.sleep,
  directory: {
    ...own,
    apps: [...own.apps, ...plain.apps.map((app) => ({ ...app, name: '<b>"Bold" & co' }))],
  },
  clock: () => 0,
  randomId,
  issuer: () => 'http://slack.test',
})

const ask = (path: string, init?: RequestInit) =>
  slack.fetch(new Request(`http://slack.test${path}`, init))

const AUTHORIZE = '/oauth/v2/authorize'
const LINK = {
  client_id: PLAIN.clientId,
  redirect_uri: REDIRECT,
  user_scope: 'identity.basic',
  state: 's',
}
const CHOICE = { user: 'U0ADA00001', decision: 'allow' }

const post = (path: string, form: URLSearchParams, headers: Record<string, string> = {}) =>
  ask(path, { method: 'POST', body: form, headers })

const decide = (form: Record<string, string>) => post(AUTHORIZE, new URLSearchParams(form))

async function codeFor(changes: Record<string, string> = {}): Promise<string> {
  const answer = await decide({ ...LINK, ...CHOICE, ...changes })
  return String(new URL(answer.headers.get('location') ?? '').searchParams.get('code'))
}

const basic = (pair: string) => ({ authorization: `Basic ${btoa(pair)}` })
const GOOD = basic('3.4:secret')

async function access(
  form: Record<string, string> | string,
  headers: Record<string, string>,
): Promise<unknown> {
  const body = new URLSearchParams(form)
  body.append('redirect_uri', REDIRECT)
  const answer = await post('/api/oauth.v2.access', body, headers)
  expect(answer.status).toBe(200)
  return answer.json()
}

describe('consent', () => {
  test('cannot be decided by the link that asks for it', async () => {
    const page = await (
      await ask(`${AUTHORIZE}?${new URLSearchParams({ ...LINK, ...CHOICE, team: 'T0OTHER002' })}`)
    ).text()
    const hidden = [...page.matchAll(/type="hidden" name="([^"]*)"/g)].map(([, name]) => name)
    expect(hidden.sort()).toEqual(['client_id', 'redirect_uri', 'state', 'team', 'user_scope'])
  })

  test('is no answer without a decision', async () => {
    for (const decision of ['', 'maybe']) {
      const answer = await decide({ ...LINK, ...CHOICE, decision })
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
    }
  })

  test('refuses a parameter that comes twice (RFC 6749 §3.1), asked or answered', async () => {
    for (const [name, value] of [...Object.entries(LINK), ...Object.entries(CHOICE)]) {
      const twice = new URLSearchParams([...Object.entries({ ...LINK, ...CHOICE }), [name, value]])
      for (const answer of [await ask(`${AUTHORIZE}?${twice}`), await post(AUTHORIZE, twice)]) {
        expect([name, answer.status, answer.headers.get('location')]).toEqual([name, 400, null])
      }
    }
  })

  test('keeps the query of the redirect URI as it was registered', async () => {
    const given = (await decide({ ...LINK, ...CHOICE })).headers.get('location')
    expect(given).toStartWith(`${REDIRECT}&code=`)
    const refused = (await decide({ ...LINK, decision: 'deny' })).headers.get('location')
    expect(refused).toBe(`${REDIRECT}&error=access_denied&state=s`)
  })

  test('shows what others wrote as text, on a page that loads and runs nothing', async () => {
    const answer = await ask(`${AUTHORIZE}?${new URLSearchParams({ ...LINK, state: '"><p>' })}`)
    const page = await answer.text()
    expect(page).toContain('&lt;b&gt;&quot;Bold&quot; &amp; co')
    expect(page).toContain('value="&quot;&gt;&lt;p&gt;"')
    const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? ''
    const hash = new Bun.CryptoHasher('sha256').update(style).digest('base64')
    const policy = answer.headers.get('content-security-policy')
    expect(policy).toContain(`default-src 'none'; style-src 'sha256-${hash}'`)
    expect(policy).toContain("frame-ancestors 'none'")
    // Chromium holds it against the redirect that follows the form as well.
    expect(policy).not.toContain('form-action')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('lets a user of another workspace than the one that is hinted at consent', async () => {
    const code = await codeFor({ team: 'T0ACME0001', user: 'U0MALLORY4' })
    expect(await access({ code }, GOOD)).toMatchObject({
      authed_user: { id: 'U0MALLORY4' },
      team: { id: 'T0OTHER002', name: 'Other Company' },
    })
  })

  test('by nobody, or by a user that is not there, is refused', async () => {
    for (const user of ['', 'U0NOBODY']) {
      expect((await decide({ ...LINK, ...CHOICE, user })).status).toBe(400)
    }
  })
})

describe('oauth.v2.access', () => {
  test('decodes what HTTP Basic carries (RFC 6749 §2.3.1)', async () => {
    const encoded = APP.clientSecret.split('').map(encodeURIComponent).join('')
    const answer = access(
      { code: await codeFor({ client_id: APP.clientId }) },
      basic(`1.2:${encoded}`),
    )
    expect(await answer).toMatchObject({ ok: true })
  })

  for (const secret of ['secret:junk', 'secret&junk=1', 'secret&', 'secret ', '']) {
    test(`takes "${secret}" for another secret`, async () => {
      const answer = await access({ code: await codeFor() }, basic(`3.4:${secret}`))
      expect(answer).toEqual({ ok: false, error: 'bad_client_secret' })
    })
  }

  test('knows the scheme in any case, and no client in what is not Base64', async () => {
    const code = await codeFor()
    for (const authorization of ['Basic A', 'Basic ====', 'Bearer x', `Basic ${btoa('3.4x')}`]) {
      const answer = await access({ code }, { authorization })
      expect(answer).toEqual({ ok: false, error: 'invalid_client_id' })
    }
    const { authorization } = basic('3.4:secret')
    const lower = { authorization: authorization.replace('Basic', 'basic') }
    expect(await access({ code }, lower)).toMatchObject({ ok: true })
  })

  test('refuses any part of the client in the form beside HTTP Basic', async () => {
    for (const part of [{ client_id: '3.4' }, { client_secret: 'secret' }]) {
      const answer = await access({ code: await codeFor(), ...part }, GOOD)
      expect(answer).toEqual({ ok: false, error: 'invalid_client_id' })
    }
  })

  test("refuses another app's code", async () => {
    const code = await codeFor({ client_id: APP.clientId })
    expect(await access({ code }, GOOD)).toEqual({ ok: false, error: 'invalid_code' })
  })

  test('refuses a parameter that comes twice (RFC 6749 §3.2)', async () => {
    const answer = await access(`code=${await codeFor()}&code=x`, GOOD)
    expect(answer).toEqual({ ok: false, error: 'invalid_arguments' })
  })

  test('refuses another grant', async () => {
    const answer = await access({ code: await codeFor(), grant_type: 'password' }, GOOD)
    expect(answer).toEqual({ ok: false, error: 'invalid_grant_type' })
    const named = { code: await codeFor(), grant_type: 'authorization_code' }
    expect(await access(named, GOOD)).toMatchObject({ ok: true })
  })

  test('takes posted forms only', async () => {
    const form = new URLSearchParams({ code: await codeFor(), redirect_uri: REDIRECT })
    const type = 'application/x-www-form-urlencoded'
    const refused: RequestInit[] = [
      { method: 'POST', body: form, headers: { ...GOOD, 'content-type': `${type}x` } },
      { method: 'PUT', body: form, headers: GOOD },
      { method: 'GET', headers: { ...GOOD, 'content-type': type } },
    ]
    for (const init of refused) {
      const answer = await ask(`/api/oauth.v2.access?${form}`, init)
      expect(await answer.json()).toEqual({ ok: false, error: 'invalid_post_type' })
    }
    const headers = { ...GOOD, 'content-type': 'Application/X-WWW-Form-Urlencoded; charset=UTF-8' }
    const good = await ask('/api/oauth.v2.access', { method: 'POST', body: form, headers })
    expect(await good.json()).toMatchObject({ ok: true })
  })

  test('gives no token of the user when only those of a bot were asked for', async () => {
    const install = { user_scope: '', scope: 'chat:write' }
    const answer = await access({ code: await codeFor(install) }, GOOD)
    expect(answer).toHaveProperty('authed_user', { id: 'U0ADA00001' })
  })

  test('gives both tokens when both were asked for', async () => {
    const both = { user_scope: 'users:read', scope: 'chat:write' }
    const answer = await access({ code: await codeFor(both) }, GOOD)
    expect(answer).toMatchObject({
      scope: 'chat:write',
      token_type: 'bot',
      bot_user_id: expect.stringMatching(/^U/),
      authed_user: { scope: 'users:read', token_type: 'user' },
    })
  })
})

test('codes are forgotten, the oldest first, before there are too many', () => {
  const codes = createCodes({ clock: () => 0, randomCode: () => randomId(40) })
  const client = { clientId: '3.4', redirectUri: REDIRECT }
  const by = { ...client, openid: false, codeVerifier: null }
  const scopes = { botScopes: [], userScopes: [] }
  const grant = { ...client, ...scopes, userId: 'U0ADA00001', openid: null, codeChallenge: null }
  const [first, second] = [codes.issue(grant), codes.issue(grant)]
  for (let i = 0; i < 9_999; i++) codes.issue(grant)
  expect(codes.redeem(first, by)).toEqual({ kind: 'refused', because: 'unknown' })
  expect(codes.redeem(second, by)).toMatchObject({ kind: 'granted' })
})

test('an address that is not there has a page that says where one is', async () => {
  const answer = await ask('/')
  expect(answer.status).toBe(404)
  expect(answer.headers.get('content-type')).toStartWith('text/html')
  expect(await answer.text()).toContain('stand-in for Slack')
})
