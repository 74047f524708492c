import { describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { createEntraSandbox } from '../../../src/providers/msteams/stand-in/app.ts'
import {
  CONTOSO,
  clientIdWithoutClaims,
  createEntraDirectory,
  FABRIKAM,
  singleTenantClientId,
} from '../../../src/providers/msteams/stand-in/directory.ts'
import { createRandom } from '../../../src/secrets/random.ts'

const ADDRESS = 'http://entra.test'
const REDIRECT = 'https://latch.test/callback?x=1'
const CLIENT = { clientId: '00000000-5a5a-4a5a-8a5a-000000000001', clientSecret: 's&cret' }
const directory = createEntraDirectory({ ...CLIENT, redirectUri: REDIRECT })
const [adele = '', lee = '', megan = ''] = directory.users.map(({ id }) => id)
let nowMs = 1_700_000_000_000
const entra = createEntraSandbox({
  directory,
  clock: () => nowMs,
  randomId: createRandom().alphanumeric,
  address: () => ADDRESS,
  sleep: Bun.sleep,
})

const VERIFIER = 'v'.repeat(43)
const CHALLENGE = new Bun.CryptoHasher('sha256').update(VERIFIER).digest('base64url')
const AUTHORIZE = {
  client_id: CLIENT.clientId,
  response_type: 'code',
  redirect_uri: REDIRECT,
  scope: 'openid profile User.Read',
  state: 's',
  nonce: 'n',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}
const TOKEN = {
  grant_type: 'authorization_code',
  client_id: CLIENT.clientId,
  client_secret: CLIENT.clientSecret,
  redirect_uri: REDIRECT,
  code_verifier: VERIFIER,
}

const ask = async (path: string, query: Record<string, string>) =>
  entra.fetch(new Request(`${ADDRESS}${path}?${new URLSearchParams(query)}`))
const post = async (path: string, form: Record<string, string>) =>
  entra.fetch(new Request(ADDRESS + path, { method: 'POST', body: new URLSearchParams(form) }))
const answer = { user: lee, decision: 'allow' }

async function code(changes: Record<string, string> = {}, authority = 'organizations') {
  const path = `/${authority}/oauth2/v2.0/authorize`
  const response = await post(path, { ...AUTHORIZE, ...answer, ...changes })
  const location = response.headers.get('location')
  if (location === null) throw new Error(await response.text())
  return String(new URL(location).searchParams.get('code'))
}

const token = async (changes: Record<string, string>, authority = 'organizations') => {
  const response = await post(`/${authority}/oauth2/v2.0/token`, { ...TOKEN, ...changes })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('the stand-in for Entra refuses, and shows it', () => {
  for (const [what, changes, authority, error] of [
    ['an unknown app', { client_id: 'x' }, 'organizations', 'AADSTS700016'],
    ['another redirect URI', { redirect_uri: `${REDIRECT}2` }, 'organizations', 'AADSTS50011'],
    ['another response type', { response_type: 'token' }, 'organizations', 'AADSTS900144'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'organizations', 'AADSTS501491'],
    ['an unknown scope', { scope: 'openid chat:write' }, 'organizations', 'AADSTS70011'],
    ['an unknown tenant', {}, 'nowhere', 'AADSTS90002'],
    [
      // docs/providers.md#entra-single-tenant-apps
      'a single-tenant app at /organizations',
      { client_id: singleTenantClientId(CLIENT.clientId) },
      'organizations',
      'AADSTS50194',
    ],
    [
      'a single-tenant app in another tenant',
      { client_id: singleTenantClientId(CLIENT.clientId) },
      FABRIKAM.id,
      'AADSTS700016',
    ],
  ] as const) {
    test(what, async () => {
      const page = await ask(`/${authority}/oauth2/v2.0/authorize`, { ...AUTHORIZE, ...changes })
      expect(page.status).toBe(400)
      expect(await page.text()).toContain(`<code>${error}</code>`)
    })
  }

  // docs/providers.md#entra-guests-and-personal-accounts
  test('a user of another tenant than the one asked for', async () => {
    const path = `/${CONTOSO.id}/oauth2/v2.0/authorize`
    const page = await post(path, { ...AUTHORIZE, ...answer, user: megan })
    expect(await page.text()).toContain('AADSTS50020')
  })

  // docs/providers.md#entra-admin-consent-at-common
  test('consent by somebody who is no administrator, and at /common', async () => {
    const consent = {
      client_id: CLIENT.clientId,
      redirect_uri: REDIRECT,
      scope: `${ADDRESS}/graph/.default`,
      state: 's',
    }
    const page = await post('/organizations/v2.0/adminconsent', { ...consent, ...answer })
    expect(await page.text()).toContain('AADSTS90094')
    expect(await (await ask('/common/v2.0/adminconsent', consent)).text()).toContain(
      'response_type',
    )
  })
})

describe('the stand-in for Entra, at its token endpoint,', () => {
  test('gives an id_token for a code, once', async () => {
    const good = await code()
    const first = await token({ code: good })
    expect(first).toMatchObject({ status: 200, body: { token_type: 'Bearer' } })
    const [, payload = ''] = String(first.body['id_token']).split('.')
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      aud: CLIENT.clientId,
      iss: `${ADDRESS}/${CONTOSO.id}/v2.0`,
      oid: lee,
      tid: CONTOSO.id,
      nonce: 'n',
    })
    expect((await token({ code: good })).body['error_description']).toStartWith('AADSTS54005')
  })

  for (const [what, changes, error] of [
    ['another redirect URI', { redirect_uri: 'https://latch.test/callback' }, 'AADSTS50011'],
    ['another verifier', { code_verifier: 'w'.repeat(43) }, 'AADSTS501481'],
    ['another secret', { client_secret: 's' }, 'AADSTS7000215'],
    ['another grant type', { grant_type: 'password' }, 'AADSTS70003'],
    ['a code that it did not give', { code: 'x' }, 'AADSTS9002313'],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const { status, body } = await token({ code: await code(), ...changes })
      expect(status).toBeGreaterThanOrEqual(400)
      expect(body['error_description']).toStartWith(error)
    })
  }

  test('refuses a code after ten minutes', async () => {
    const old = await code()
    nowMs += 10 * 60_000 + 1
    expect((await token({ code: old })).body['error_description']).toStartWith('AADSTS70008')
  })

  test('gives an app its own token in a tenant that consented, and Graph nothing without one', async () => {
    const scope = `${ADDRESS}/graph/.default`
    const form = { grant_type: 'client_credentials', scope }
    expect((await token(form, FABRIKAM.id)).body['error']).toBe('unauthorized_client')
    // Where it is registered it gets one unasked, which is good for nothing.
    const idle = String((await token(form, CONTOSO.id)).body['access_token'])
    expect(decodeJwt(idle)['roles']).toBeUndefined()
    const consent = { client_id: CLIENT.clientId, redirect_uri: REDIRECT, scope, state: 's' }
    await post('/organizations/v2.0/adminconsent', { ...consent, user: adele, decision: 'allow' })
    const { status, body } = await token(form, CONTOSO.id)
    expect(status).toBe(200)
    expect((await token(form, FABRIKAM.id)).status).toBe(400)
    expect((await token(form)).status).toBe(400)

    const filter = `externalId eq '${CLIENT.clientId}' and distributionMethod eq 'organization'`
    const query = new URLSearchParams({ $filter: filter })
    const catalog = (authorization: string) =>
      entra.fetch(
        new Request(`${ADDRESS}/graph/v1.0/appCatalogs/teamsApps?${query}`, {
          headers: { authorization },
        }),
      )
    expect((await catalog('Bearer x')).status).toBe(401)
    expect((await catalog(`Bearer ${idle}`)).status).toBe(403)
    expect(decodeJwt(String(body['access_token']))['roles']).toContain('AppCatalog.Read.All')
    const found = await catalog(`Bearer ${body['access_token']}`)
    expect(await found.json()).toMatchObject({ value: [{ externalId: CLIENT.clientId }] })
  })
})

test('a stand-in tells the faults that it knows, and refuses others', async () => {
  const order = async (body: string) =>
    (await entra.fetch(new Request(`${ADDRESS}/sandbox/faults`, { method: 'POST', body }))).status
  const list = await (await entra.fetch(new Request(`${ADDRESS}/sandbox/faults`))).json()
  expect(Object.keys((list as { faults: object }).faults)).toEqual([
    'deny',
    'delay',
    'error',
    'broken_json',
    'rate_limit',
    'expired_code',
    'wrong_workspace',
    'missing_consent',
  ])
  expect(await order('{"fault":"none"}')).toBe(400)
  expect(await order('no json')).toBe(400)
})

describe('an id_token of the stand-in', () => {
  const ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10'
  const claimsOf = async (user: string, clientId = CLIENT.clientId) => {
    const own = { client_id: clientId }
    const authority = CONTOSO.id
    const granted = { ...own, code: await code({ ...own, user }, authority) }
    const { body } = await token(granted, authority)
    const { wids, acct } = decodeJwt(String(body['id_token']))
    return { wids, acct }
  }
  const idOf = (name: string): string =>
    String(directory.users.find((user) => user.name === name)?.id)

  // docs/providers.md#entra-roles-and-guests
  test('has the roles of a member, and says that they are one', async () => {
    const MEMBER = 'b79fbf4d-3ef9-4689-8143-76b194e85509'
    expect(await claimsOf(lee)).toEqual({ wids: [MEMBER], acct: 0 })
    expect(await claimsOf(adele)).toEqual({ wids: [ADMINISTRATOR, MEMBER], acct: 0 })
  })

  test('says that a guest is one, whatever their roles', async () => {
    const GUEST = '13bd1c72-6f4a-4dcf-985f-18d3b80f208a'
    expect(await claimsOf(idOf('Isaiah Langer'))).toEqual({ wids: [GUEST], acct: 1 })
    expect(await claimsOf(idOf('Nestor Wilke'))).toEqual({ wids: [ADMINISTRATOR, GUEST], acct: 1 })
  })

  test('has neither if the manifest requests neither', async () => {
    const plain = clientIdWithoutClaims(CLIENT.clientId)
    expect(await claimsOf(adele, plain)).toEqual({ wids: undefined, acct: undefined })
  })

  test('is of no guest who signs in without naming the tenant', async () => {
    expect(code({ user: idOf('Isaiah Langer') })).rejects.toThrow('AADSTS50020')
  })
})
