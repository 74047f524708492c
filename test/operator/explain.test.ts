import { afterAll, describe, expect, test } from 'bun:test'
import { explainAction } from '../../src/operator/explain.ts'
import { sendAction } from '../../src/operator/send-action.ts'
import {
  createEntraDirectory,
  FABRIKAM,
  singleTenantClientId,
} from '../../src/providers/msteams/stand-in/directory.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { LINK_PATH, SAMPLE_BODY, startService } from '../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const { consent, open } = service

const CONNECT_PATH = '/v1/integrations/channel-connections/oauth'
const TEAMS = SANDBOX.msteams.integrationIdentifier
const [ADELE = '', LEE = '', MEGAN = ''] = createEntraDirectory({
  clientId: '',
  clientSecret: '',
  redirectUri: '',
}).users.map(({ id }) => id)

async function explain(text: string) {
  const sent = await sendAction(service.dataDir, explainAction, { text })
  if (sent.kind !== 'done') throw new Error(sent.kind)
  return sent.output
}

let count = 0

type Made = { id: string; url: URL }

/** A link with a context of its own, so that what one test stores is nothing to the next. */
async function make(changes: Record<string, unknown> = {}, path = LINK_PATH): Promise<Made> {
  count += 1
  const body = { ...SAMPLE_BODY, context: { n: `${count}` }, ...changes }
  const made = await service.api('POST', path, body)
  if (made.status !== 201) throw new Error(made.text)
  const { url } = made.body as { url: string }
  return { id: String(made.headers.get('latch-link-id')), url: new URL(url) }
}

const teams = (changes: Record<string, unknown> = {}, path = LINK_PATH): Promise<Made> =>
  make({ integrationIdentifier: TEAMS, connectionIdentifier: null, ...changes }, path)

const connectTeams = (): Promise<Made> => teams({}, CONNECT_PATH)

async function makeIntegration(providerId: string, credentials: Record<string, unknown>) {
  const made = await service.api('POST', '/v1/integrations', {
    providerId,
    channel: 'chat',
    credentials,
  })
  const { _id, identifier } = made.body as { _id: string; identifier: string }
  return { id: _id, identifier }
}

const slackApp = { clientId: SANDBOX.clientId, secretKey: SANDBOX.clientSecret }

const withParameter = (address: string | URL, name: string, value: string | null): string => {
  const url = new URL(address)
  if (value === null) url.searchParams.delete(name)
  else url.searchParams.set(name, value)
  return url.toString()
}

/** The callback of a link, as the provider would send the user back to it. */
const callbackOf = ({ url }: Made, parameters: Record<string, string>): string => {
  const state = url.searchParams.get('state') ?? ''
  return `${service.url}/v1/integrations/chat/oauth/callback?${new URLSearchParams({ state, ...parameters })}`
}

type Case = {
  name: string
  /** Has it go wrong, and answers the link's id. */
  provoke: () => Promise<string>
  reason: string
  said: string | null
  meaning: string
  remedy: string
}

/** Opens a link's consent page, decides, and follows the user back. */
async function follow(link: Made, choice: Parameters<typeof consent>[1] = {}): Promise<string> {
  await open(await consent(link.url, choice))
  return link.id
}

const cases: Case[] = [
  {
    // docs/providers.md#declined-and-failed-consent
    name: 'the user cancels at Slack',
    provoke: async () => follow(await make(), { decision: 'deny' }),
    reason: 'access_denied',
    said: 'access_denied',
    meaning: 'chose Cancel at Slack',
    remedy: 'can be opened again',
  },
  {
    name: 'the user declines at Microsoft',
    provoke: async () => follow(await teams(), { user: LEE, decision: 'deny' }),
    reason: 'access_denied',
    said: 'access_denied (AADSTS65004)',
    meaning: 'chose not to consent',
    remedy: 'can be opened again',
  },
  {
    // docs/providers.md#entra-admin-consent-responses
    name: 'the administrator refuses, and Entra says that consent was given',
    provoke: async () => follow(await connectTeams(), { user: ADELE, decision: 'deny' }),
    reason: 'access_denied',
    said: 'access_denied (AADSTS65004)',
    meaning: 'chose not to consent',
    remedy: 'can be opened again',
  },
  {
    name: 'the provider has a fault of its own',
    provoke: async () => {
      const link = await make()
      await open(callbackOf(link, { error: 'temporarily_unavailable' }))
      return link.id
    },
    reason: 'authorization_error',
    said: 'temporarily_unavailable',
    meaning: 'overloaded',
    remedy: 'can be opened again',
  },
  {
    // docs/providers.md#choosing-another-workspace-at-slack
    name: 'the user chooses another workspace at Slack',
    provoke: async () => follow(await make(), { user: 'U0MALLORY4' }),
    reason: 'wrong_workspace',
    said: null,
    meaning: 'another workspace',
    remedy: 'which workspace to choose',
  },
  {
    name: 'Entra tells somebody to be of another tenant after all',
    provoke: async () => {
      await follow(await teams({ connectionIdentifier: 'fabrikam' }, CONNECT_PATH), { user: MEGAN })
      await service.fault('entra', 'wrong_workspace')
      return follow(await teams({ connectionIdentifier: 'fabrikam' }), { user: MEGAN })
    },
    reason: 'wrong_workspace',
    said: null,
    meaning: 'another workspace',
    remedy: 'which workspace to choose',
  },
  {
    name: 'the code is too old',
    provoke: async () => {
      await service.fault('slack', 'expired_code')
      return follow(await make())
    },
    reason: 'code_refused',
    said: 'invalid_code',
    meaning: 'older than 10 minutes',
    remedy: 'new link',
  },
  {
    name: 'the code is too old at Microsoft',
    provoke: async () => {
      await service.fault('entra', 'expired_code')
      return follow(await teams(), { user: LEE })
    },
    reason: 'code_refused',
    said: 'invalid_grant (AADSTS70008)',
    meaning: 'had expired',
    remedy: 'new link',
  },
  {
    // docs/providers.md#repeated-callbacks
    name: 'somebody else has exchanged the code before',
    provoke: async () => {
      const link = await make()
      const callback = new URL(await consent(link.url))
      const form = new URLSearchParams({
        code: String(callback.searchParams.get('code')),
        redirect_uri: callback.origin + callback.pathname,
        client_id: SANDBOX.clientId,
        client_secret: SANDBOX.clientSecret,
      })
      await fetch(`${service.slackUrl}/api/oauth.v2.access`, { method: 'POST', body: form })
      await open(callback.toString())
      return link.id
    },
    reason: 'code_refused',
    said: 'code_already_used',
    meaning: 'before latch did',
    remedy: 'repeats requests',
  },
  {
    name: 'the client secret is wrong',
    provoke: async () => {
      const { identifier } = await makeIntegration('slack', { ...slackApp, secretKey: 'wrong' })
      return follow(await make({ integrationIdentifier: identifier, connectionIdentifier: null }))
    },
    reason: 'code_refused',
    said: 'bad_client_secret',
    meaning: 'client secret',
    remedy: 'set-secret',
  },
  {
    name: "the id of Microsoft's client secret was taken for its value",
    provoke: async () => {
      const { clientId } = SANDBOX.msteams
      const { identifier } = await makeIntegration('msteams', { clientId, secretKey: 'its id' })
      return follow(await teams({ integrationIdentifier: identifier }), { user: LEE })
    },
    reason: 'code_refused',
    said: 'invalid_client (AADSTS7000215)',
    meaning: 'its id was copied',
    remedy: 'set-secret',
  },
  {
    name: 'Slack does not answer',
    provoke: async () => {
      await service.fault('slack', 'error')
      return follow(await make())
    },
    reason: 'provider_unavailable',
    said: 'status 500',
    meaning: 'did not answer',
    remedy: 'over in a minute',
  },
  {
    name: 'Slack has had enough of us',
    provoke: async () => {
      await service.fault('slack', 'rate_limit')
      return follow(await make())
    },
    reason: 'provider_unavailable',
    said: 'status 429',
    meaning: 'did not answer',
    remedy: 'over in a minute',
  },
  {
    name: 'Slack answers with half of a JSON text',
    provoke: async () => {
      await service.fault('slack', 'broken_json')
      return follow(await make())
    },
    reason: 'provider_unavailable',
    said: 'status 200, unexpected body',
    meaning: 'made no sense',
    remedy: 'over in a minute',
  },
  {
    // docs/providers.md#interrupted-links
    name: 'latch is stopped in the middle',
    provoke: async () => {
      const link = await make()
      const callback = await consent(link.url)
      const { states, store, clock } = service.deps
      const state = String(new URL(callback).searchParams.get('state'))
      const verified = await states.verify(state, clock())
      if (verified.kind !== 'valid') throw new Error(verified.kind)
      const { jti, environmentId } = verified.claims
      await store.spentStates.claim({ jti, environmentId, claimedAtMs: clock() })
      service.advance(60_000)
      await open(callback)
      service.advance(-60_000)
      return link.id
    },
    reason: 'interrupted',
    said: null,
    meaning: 'was stopped',
    remedy: 'does no harm',
  },
  {
    name: 'the callback comes without its code',
    provoke: async () => {
      const link = await make()
      await open(callbackOf(link, {}))
      return link.id
    },
    reason: 'code_missing',
    said: null,
    meaning: 'neither',
    remedy: 'changes the query',
  },
  {
    // docs/providers.md#proof-of-admin-consent
    name: 'somebody types the tenant of a consent that was not given',
    provoke: async () => {
      const link = await connectTeams()
      await open(callbackOf(link, { tenant: FABRIKAM.id }))
      return link.id
    },
    reason: 'consent_missing',
    said: null,
    meaning: 'did not say that an administrator consented',
    remedy: 'by an administrator',
  },
  {
    // docs/providers.md#binding-a-link-to-a-browser
    name: 'another browser comes back',
    provoke: async () => {
      const { identifier } = await makeIntegration('slack', { ...slackApp, binding: 'cookie' })
      const link = await make({ integrationIdentifier: identifier, connectionIdentifier: null })
      const opened = await open(link.url.toString())
      await open(await consent(new URL(String(opened.headers.get('location')))))
      return link.id
    },
    reason: 'other_browser',
    said: null,
    meaning: 'another one came back',
    remedy: 'in the same browser',
  },
  {
    name: 'the answer is of another provider',
    provoke: async () => {
      const link = await make()
      await open(withParameter(await consent(link.url), 'iss', 'https://elsewhere.example'))
      return link.id
    },
    reason: 'issuer_mismatch',
    said: null,
    meaning: 'of another provider',
    remedy: 'addresses of the provider',
  },
  {
    name: 'the subscriber was deleted meanwhile',
    provoke: async () => {
      await service.api('POST', '/v2/subscribers', { subscriberId: 'leaving' })
      const link = await make({ subscriberId: 'leaving' })
      const callback = await consent(link.url)
      await service.api('DELETE', '/v2/subscribers/leaving')
      await open(callback)
      return link.id
    },
    reason: 'subscriber_gone',
    said: null,
    meaning: 'was deleted after',
    remedy: 'Create the subscriber',
  },
  {
    name: 'the connection was deleted meanwhile',
    provoke: async () => {
      await follow(await make({ connectionIdentifier: 'leaving' }, CONNECT_PATH))
      const link = await make({ connectionIdentifier: 'leaving' })
      const callback = await consent(link.url)
      await service.api('DELETE', '/v1/channel-connections/leaving')
      await open(callback)
      return link.id
    },
    reason: 'connection_gone',
    said: null,
    meaning: 'was deleted after',
    remedy: 'connected again',
  },
  {
    name: 'the integration was deleted meanwhile',
    provoke: async () => {
      const { id, identifier } = await makeIntegration('slack', slackApp)
      const link = await make({ integrationIdentifier: identifier, connectionIdentifier: null })
      const callback = await consent(link.url)
      await service.api('DELETE', `/v1/integrations/${id}`)
      await open(callback)
      return link.id
    },
    reason: 'integration_gone',
    said: null,
    meaning: 'was deleted after',
    remedy: 'another integration',
  },
  {
    name: 'the integration has no client secret',
    provoke: async () => {
      const { clientId } = slackApp
      const { identifier } = await makeIntegration('slack', { clientId })
      return follow(await make({ integrationIdentifier: identifier, connectionIdentifier: null }))
    },
    reason: 'credentials_missing',
    said: null,
    meaning: 'is missing',
    remedy: 'Set both',
  },
]

describe('a link that failed is explained by its id, where', () => {
  for (const { name, provoke, reason, said, meaning, remedy } of cases) {
    test(name, async () => {
      const { links, code } = await explain(await provoke())
      expect(code).toBeNull()
      const [link] = links
      expect(link?.status).toBe('failed')
      expect(link?.why).toEqual({
        reason,
        providerError: said,
        meaning: expect.stringContaining(meaning),
        remedy: expect.stringContaining(remedy),
      })
      const failed = link?.steps.find(({ what }) => what === 'link.failed')
      expect(failed?.why).toEqual(link?.why ?? null)
      expect(link?.steps[0]?.what).toBe('made')
    })
  }
})

test('a link to which the user comes too late is explained', async () => {
  const link = await make()
  const callback = await consent(link.url)
  service.advance(301_000)
  await open(callback)
  const { links } = await explain(link.id)
  service.advance(-301_000)
  expect(links).toMatchObject([
    {
      status: 'expired',
      usable: false,
      why: { reason: 'link_expired', remedy: expect.stringContaining('when the user clicks') },
      steps: [{ what: 'made' }, { what: 'expired' }, { what: 'link.failed' }],
    },
  ])
})

describe('a link that was stored is explained, and what is still missing of it, where', () => {
  test('all is well', async () => {
    const { links } = await explain(await follow(await make()))
    expect(links).toMatchObject([
      {
        environment: expect.any(String),
        status: 'linked',
        usable: false,
        integration: SANDBOX.integrationIdentifier,
        provider: 'Slack',
        subscriberId: SANDBOX.subscriberId,
        why: null,
        steps: [
          { what: 'made', requestId: null },
          { what: 'endpoint.linked', stored: expect.stringMatching(/^chendp_/), why: null },
        ],
      },
    ])
  })

  // docs/providers.md#entra-admin-consent-responses
  test('nothing came of the consent that Entra claims', async () => {
    await service.fault('entra', 'missing_consent')
    const { links } = await explain(await follow(await connectTeams(), { user: ADELE }))
    expect(links).toMatchObject([
      {
        status: 'connected',
        why: {
          reason: 'consent_pending',
          providerError: expect.stringContaining('No application permission'),
          remedy: expect.stringContaining('administrator'),
        },
      },
    ])
  })

  // docs/providers.md#entra-consent-takes-time
  test('the bot cannot be put into the chat yet', async () => {
    const { links } = await explain(await follow(await teams(), { user: MEGAN }))
    expect(links).toMatchObject([{ status: 'linked', why: { reason: 'not_reachable_yet' } }])
  })
})

describe('what a provider shows on its own page is explained by its code, as nobody comes back:', () => {
  const codeOf = async (url: string | URL): Promise<string> => {
    const page = await (await fetch(url)).text()
    return /\b(AADSTS\d+|invalid_\w+|bad_\w+)\b/.exec(page)?.[1] ?? page
  }
  const pages: [string, () => Promise<string>, string, string][] = [
    [
      // docs/providers.md#slack-sign-in-scopes
      'scopes that Slack does not mix',
      async () => codeOf((await make({ userScope: ['identity.basic', 'chat:write'] })).url),
      'invalid_scope',
      'userScope: ["openid"]',
    ],
    [
      // docs/providers.md#slack-redirect-urls
      'a redirect URL that Slack does not know',
      async () =>
        codeOf(withParameter((await make()).url, 'redirect_uri', 'http://elsewhere.example')),
      'bad_redirect_uri',
      'latch doctor',
    ],
    [
      'a client id that Slack does not know',
      async () => codeOf(withParameter((await make()).url, 'client_id', '0.0')),
      'invalid_client_id',
      'Client ID',
    ],
    [
      // docs/providers.md#entra-single-tenant-apps
      'a single-tenant app that is not said to be one',
      async () => {
        const { clientId, clientSecret } = SANDBOX.msteams
        const { identifier } = await makeIntegration('msteams', {
          clientId: singleTenantClientId(clientId),
          secretKey: clientSecret,
        })
        return codeOf((await teams({ integrationIdentifier: identifier })).url)
      },
      'AADSTS50194',
      'singleTenant',
    ],
    [
      'a redirect URI that Entra does not know',
      async () => codeOf(withParameter((await teams()).url, 'redirect_uri', 'http://x.example')),
      'AADSTS50011',
      'latch doctor',
    ],
    [
      // docs/providers.md#entra-admin-consent-at-common
      'admin consent at `common`',
      async () => {
        const { url } = await connectTeams()
        return codeOf(url.toString().replace('/organizations/', '/common/'))
      },
      'AADSTS900144',
      'exactly as latch answered it',
    ],
  ]
  for (const [name, see, code, remedy] of pages) {
    test(name, async () => {
      expect(await see()).toBe(code)
      expect(await explain(code)).toMatchObject({
        links: [],
        code: { remedy: expect.stringContaining(remedy) },
      })
    })
  }

  const refusals: [string, string, string, () => Promise<unknown>][] = [
    [
      // docs/providers.md#entra-guests-and-personal-accounts
      'somebody of another organisation',
      'AADSTS50020',
      'account at work',
      async () => consent((await teams({ connectionIdentifier: 'fabrikam' })).url, { user: LEE }),
    ],
    [
      'somebody who is no administrator',
      'AADSTS90094',
      'administrator of that organisation',
      async () => consent((await connectTeams()).url, { user: LEE }),
    ],
  ]
  for (const [name, code, remedy, see] of refusals) {
    test(name, async () => {
      await expect(see()).rejects.toThrow(code)
      expect((await explain(code)).code?.remedy).toContain(remedy)
    })
  }

  test('and the link waits, says so, and then expires', async () => {
    const { id } = await make()
    expect((await explain(id)).links).toMatchObject([
      { status: 'waiting', usable: true, why: { reason: 'not_completed' } },
    ])
    service.advance(301_000)
    expect((await explain(id)).links).toMatchObject([
      {
        status: 'expired',
        usable: false,
        why: { reason: 'not_completed' },
        steps: [{ what: 'made' }, { what: 'expired' }],
      },
    ])
    service.advance(-301_000)
  })
})

describe('what is refused before it is known to be a link is explained by its name in the log:', () => {
  const callback = `${service.url}/v1/integrations/chat/oauth/callback`
  const refused: [string, string, string][] = [
    // docs/providers.md#callbacks-without-a-state
    ['an installation from Slack’s own pages', `${callback}?code=x`, 'state_missing'],
    ['a state that is not ours', `${callback}?code=x&state=a.b.c`, 'state_invalid'],
    ['a parameter that comes twice', `${callback}?state=a&state=b`, 'parameter_repeated'],
  ]
  for (const [name, address, reason] of refused) {
    test(name, async () => {
      const answer = await open(address, { accept: 'text/html', 'x-request-id': `no-${reason}` })
      expect(answer.text).toContain(`no-${reason}`)
      const line = service.logged.findLast(({ message }) => message === 'callback')
      expect(line?.fields).toMatchObject({ requestId: `no-${reason}`, reason })
      expect((await explain(reason)).code?.remedy).toContain('URL of the link')
      expect(await explain(`no-${reason}`)).toEqual({ links: [], code: null })
    })
  }
})

describe('the same is found', () => {
  test('by the reference of the page, and by the id of the request', async () => {
    const link = await make()
    const denied = await consent(link.url, { decision: 'deny' })
    const first = await open(denied)
    const again = await open(denied)
    const references = [first, again].map(({ text }) => /<code>([\w-]+)<\/code>/.exec(text)?.[1])
    const requestId = first.headers.get('x-request-id')
    for (const text of [...references, requestId]) {
      expect((await explain(String(text))).links).toMatchObject([
        { id: link.id, why: { reason: 'access_denied' } },
      ])
    }
  })

  test('of several links, where a proxy gives requests the same id', async () => {
    const headers = { accept: 'text/html', 'x-request-id': 'always-this' }
    const links = [await make(), await make()]
    for (const { url } of links) await open(await consent(url), headers)
    const found = (await explain('always-this')).links.map(({ id }) => id)
    expect(found).toEqual(links.map(({ id }) => id).reverse())
  })

  test('never, where there is no such thing', async () => {
    for (const text of ['lnk_', 'lnk_x', 'nothing', 'toString', "' or 1=1", '%']) {
      expect(await explain(text)).toEqual({ links: [], code: null })
    }
  })
})
