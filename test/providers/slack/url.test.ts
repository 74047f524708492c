import { describe, expect, test } from 'bun:test'
import type { AuthorizationRequest } from '../../../src/providers/provider.ts'
import { createSlack } from '../../../src/providers/slack/slack.ts'

const neverCalled = (): never => {
  throw new Error('a URL needs no call')
}
const slack = createSlack({
  address: () => 'https://slack.com',
  fetch: neverCalled,
  clock: Date.now,
})

const REQUEST: AuthorizationRequest = {
  app: { clientId: '1.2 3', providerCredentials: {} },
  redirectUri: 'https://latch.example.com/v1/integrations/chat/oauth/callback',
  state: 'kid.payload.signature',
  userScope: null,
  protocol: 'oauth',
  proofs: () => ({ codeChallenge: 'challenge', nonce: 'nonce' }),
  workspaceId: null,
}
const REDIRECT =
  'redirect_uri=https%3A%2F%2Flatch.example.com%2Fv1%2Fintegrations%2Fchat%2Foauth%2Fcallback'
const OAUTH = `https://slack.com/oauth/v2/authorize?state=kid.payload.signature&client_id=1.2+3&${REDIRECT}`
const PKCE = { app: { ...REQUEST.app, providerCredentials: { pkce: true } } }

// docs/novu.md#provider-urls: form encoding, in this order; what latch adds comes after it.
const urls: [string, Partial<AuthorizationRequest>, string][] = [
  ["has Novu's one scope where none is named", {}, `${OAUTH}&user_scope=identity.basic`],
  [
    'has the scopes that were named, joined by commas',
    { userScope: ['identity.basic', 'identity.email'] },
    `${OAUTH}&user_scope=identity.basic%2Cidentity.email`,
  ],
  ['has an empty scope where an empty list was named', { userScope: [] }, `${OAUTH}&user_scope=`],
  [
    'has the workspace last where one is known',
    { workspaceId: 'T0ACME' },
    `${OAUTH}&user_scope=identity.basic&team=T0ACME`,
  ],
  [
    // docs/providers.md#slack-pkce
    'has PKCE where the integration says so, and never else',
    { ...PKCE, workspaceId: 'T0ACME' },
    `${OAUTH}&user_scope=identity.basic&team=T0ACME&code_challenge=challenge&code_challenge_method=S256`,
  ],
  [
    'cannot be added to by what stands in a scope or a workspace',
    { userScope: ['a&team=T1', 'b=c#d'], workspaceId: 'T2&state=x' },
    `${OAUTH}&user_scope=a%26team%3DT1%2Cb%3Dc%23d&team=T2%26state%3Dx`,
  ],
  [
    // docs/decisions/0009-identity.md
    'has a nonce with OpenID Connect, and its scopes joined by spaces',
    { protocol: 'openid', userScope: ['openid', 'profile'], workspaceId: 'T0ACME' },
    'https://slack.com/openid/connect/authorize?response_type=code&state=kid.payload.signature' +
      `&client_id=1.2+3&${REDIRECT}&scope=openid+profile&nonce=nonce&team=T0ACME`,
  ],
]

describe('the URL of a link at Slack', () => {
  for (const [name, change, url] of urls) {
    test(name, () => {
      expect(slack.linkUserUrl({ ...REQUEST, ...change })).toBe(url)
    })
  }

  // docs/providers.md#slack-link-scopes
  test('never requests bot scopes, whatever the protocol', () => {
    for (const protocol of ['oauth', 'openid'] as const) {
      const { searchParams } = new URL(slack.linkUserUrl({ ...REQUEST, protocol }))
      expect(searchParams.has('scope')).toBe(protocol === 'openid')
      expect(searchParams.get('scope') ?? '').toBe('')
    }
  })

  test('uses the base URL that the operator set', () => {
    const elsewhere = createSlack({
      address: () => 'http://127.0.0.1:1/base',
      fetch: neverCalled,
      clock: Date.now,
    })
    expect(elsewhere.linkUserUrl(REQUEST)).toStartWith(
      'http://127.0.0.1:1/base/oauth/v2/authorize?',
    )
  })
})

test('OpenID Connect is used exactly if openid is among the scopes', () => {
  const protocols: [string[] | null, 'oauth' | 'openid'][] = [
    [null, 'oauth'],
    [[], 'oauth'],
    [['identity.basic'], 'oauth'],
    [['openidx'], 'oauth'],
    [['profile', 'openid'], 'openid'],
  ]
  for (const [scope, protocol] of protocols) expect(slack.protocolFor(scope)).toBe(protocol)
})

test('only the user id of an identity is stored', () => {
  const workspace = { id: 'T1', name: 'Acme' }
  expect(slack.endpointOf({ userId: 'U1', workspace })).toEqual({ userId: 'U1' })
})
