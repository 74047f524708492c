import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { generateKeyPair, SignJWT } from 'jose'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
const { link, consent, open, endpoints } = service
const OPENID = { userScope: ['openid', 'profile'] }

// docs/providers.md#slack-sign-in-scopes
describe('Sign in with Slack, where openid is among the scopes,', () => {
  // docs/providers.md#slack-pkce
  // docs/decisions/0009-identity.md
  test('goes to its own endpoint with a nonce, and no PKCE', async () => {
    const url = await link(OPENID)
    expect(url.pathname).toBe('/openid/connect/authorize')
    const { state, nonce, ...parameters } = Object.fromEntries(url.searchParams)
    expect(parameters).toEqual({
      response_type: 'code',
      client_id: SANDBOX.clientId,
      redirect_uri: `${service.url}/v1/integrations/chat/oauth/callback`,
      scope: 'openid profile',
      team: 'T0ACME0001',
    })
    expect(nonce).toMatch(/^[\w-]{43}$/)
    expect(state).not.toContain(String(nonce))
    const other = await link(OPENID)
    expect(other.searchParams.get('nonce')).not.toBe(String(nonce))
  })

  test('links who the verified id_token names', async () => {
    const page = await open(await consent(await link({ ...OPENID, context: { way: 'openid' } })))
    expect(page.status).toBe(200)
    expect(await endpoints('contextKeys=way:openid')).toMatchObject([
      { type: 'slack_user', endpoint: { userId: 'U0ADA00001' } },
    ])
    expect(service.slackRequests).toContain('POST /api/openid.connect.token')
    expect(service.slackRequests).toContain('GET /openid/connect/keys')
  })

  test('refuses another workspace as plain OAuth does', async () => {
    const callback = await consent(await link(OPENID), { user: 'U0MALLORY4' })
    expect((await open(callback)).status).toBe(409)
  })

  describe('does not link with an id_token that', () => {
    const claims = (nonce: string | null, nowSeconds: number) => ({
      iss: service.slackUrl,
      aud: SANDBOX.clientId,
      iat: nowSeconds,
      exp: nowSeconds + 300,
      nonce,
      'https://slack.com/user_id': 'U0EVE',
      'https://slack.com/team_id': 'T0ACME0001',
    })

    test('is signed by another key', async () => {
      const url = await link({ ...OPENID, context: { bad: 'key' } })
      const callback = await consent(url)
      const { privateKey } = await generateKeyPair('RS256')
      const nowSeconds = Math.floor(service.deps.clock() / 1000)
      const idToken = await new SignJWT(claims(url.searchParams.get('nonce'), nowSeconds))
        .setProtectedHeader({ alg: 'RS256', kid: 'slack-sandbox' })
        .sign(privateKey)
      service.slackAnswers.push(() => Response.json({ ok: true, id_token: idToken }))
      const page = await open(callback)
      expect(page.status).toBe(400)
      expect(page.text).toContain('ERR_JWS_SIGNATURE_VERIFICATION_FAILED')
      expect(await endpoints('contextKeys=bad:key')).toEqual([])
    })

    test('is not signed', async () => {
      const url = await link({ ...OPENID, context: { bad: 'none' } })
      const callback = await consent(url)
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const nowSeconds = Math.floor(service.deps.clock() / 1000)
      const payload = encode(claims(url.searchParams.get('nonce'), nowSeconds))
      const idToken = `${encode({ alg: 'none' })}.${payload}.`
      service.slackAnswers.push(() => Response.json({ ok: true, id_token: idToken }))
      expect((await open(callback)).status).toBe(400)
      expect(await endpoints('contextKeys=bad:none')).toEqual([])
    })

    test('has the nonce of another sign-in', async () => {
      const stolen = await link({ ...OPENID, context: { bad: 'nonce' } })
      const changed = new URL(stolen)
      changed.searchParams.set('nonce', 'another')
      const page = await open(await consent(changed))
      expect(page.status).toBe(400)
      expect(page.text).toContain('nonce mismatch')
      expect(await endpoints('contextKeys=bad:nonce')).toEqual([])
    })
  })
})

// docs/providers.md#slack-pkce
test('PKCE is sent to Slack if the integration says so, and the verifier with the code', async () => {
  const made = await service.api('POST', '/v1/integrations', {
    providerId: 'slack',
    channel: 'chat',
    identifier: 'public-client',
    credentials: { clientId: SANDBOX.clientId, secretKey: SANDBOX.clientSecret, pkce: true },
  })
  expect(made.status).toBe(201)
  for (const userScope of [['identity.basic'], ['openid']]) {
    const url = await link({
      integrationIdentifier: 'public-client',
      connectionIdentifier: null,
      context: { pkce: userScope.join() === 'openid' ? 'openid' : 'oauth' },
      userScope,
    })
    expect(url.searchParams.get('code_challenge_method')).toBe('S256')
    const challenge = String(url.searchParams.get('code_challenge'))
    expect(challenge).toMatch(/^[\w-]{43}$/)
    const changed = new URL(url)
    const other = createHash('sha256').update('another verifier').digest('base64url')
    changed.searchParams.set('code_challenge', other)
    expect((await open(await consent(changed))).text).toContain('invalid_code_verifier')
    const again = await link({
      integrationIdentifier: 'public-client',
      connectionIdentifier: null,
      userScope,
    })
    expect((await open(await consent(again))).status).toBe(200)
  }
})
