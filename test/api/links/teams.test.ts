import { afterAll, describe, expect, test } from 'bun:test'
import {
  CONTOSO,
  createEntraDirectory,
  FABRIKAM,
  singleTenantClientId,
} from '../../../src/providers/msteams/stand-in/directory.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

const { users } = createEntraDirectory({ clientId: '', clientSecret: '', redirectUri: '' })
const [ADELE, LEE, MEGAN] = users.map(({ id }) => id)
const LEE_ID = String(LEE)
const TEAMS = { integrationIdentifier: SANDBOX.msteams.integrationIdentifier }
const CONNECT_PATH = '/v1/integrations/channel-connections/oauth'

let count = 0
/** A context of its own keeps what one test stores from the next. */
const own = (): { context: Record<string, string>; query: string } => {
  count += 1
  return { context: { t: `n${count}` }, query: `contextKeys=t:n${count}` }
}

const link = (changes: Record<string, unknown> = {}): Promise<URL> =>
  service.link({ ...TEAMS, connectionIdentifier: undefined, ...changes })

async function connectLink(changes: Record<string, unknown> = {}): Promise<URL> {
  const { status, body, text } = await service.api('POST', CONNECT_PATH, {
    ...TEAMS,
    subscriberId: SANDBOX.subscriberId,
    ...changes,
  })
  if (status !== 201) throw new Error(`no link: ${status} ${text}`)
  return new URL((body as { url: string }).url)
}

const connection = async (identifier: string): Promise<Record<string, unknown>> =>
  (await service.api('GET', `/v1/channel-connections/${identifier}`)).body as never

describe('a Teams link', () => {
  // https://www.rfc-editor.org/rfc/rfc9207
  test('comes back from a tenant, and from no other issuer', async () => {
    const { context, query } = own()
    const address = await service.consent(await link({ context }), { user: LEE_ID })
    const arrive = (iss: string) => service.open(`${address}&${new URLSearchParams({ iss })}`)
    for (const iss of [
      // The names under which Entra serves several tenants are the issuers of none.
      `${service.entraUrl}/organizations/v2.0`,
      `${service.entraUrl}/common/v2.0`,
      `https://evil.example/${CONTOSO.id}/v2.0`,
      `${service.entraUrl}/evil/${CONTOSO.id}/v2.0`,
      `${service.entraUrl}/${CONTOSO.id}/v2.0/`,
      `${service.entraUrl}/${CONTOSO.id}`,
      service.slackUrl,
    ]) {
      const page = await arrive(iss)
      expect([iss, page.status]).toEqual([iss, 400])
    }
    expect(await service.endpoints(query)).toEqual([])
    expect((await arrive(`${service.entraUrl}/${CONTOSO.id}/v2.0`)).status).toBe(200)
    expect(await service.endpoints(query)).toHaveLength(1)
  })

  // docs/decisions/0009-identity.md
  test('asks Entra as Novu does, with PKCE and a nonce', async () => {
    const { origin, pathname, searchParams } = await link()
    expect(origin + pathname).toBe(`${service.entraUrl}/organizations/oauth2/v2.0/authorize`)
    expect([...searchParams.keys()].slice(0, 6)).toEqual([
      'client_id',
      'response_type',
      'redirect_uri',
      'scope',
      'state',
      'response_mode',
    ])
    expect(searchParams.get('scope')).toBe('openid profile User.Read')
    expect(searchParams.get('code_challenge_method')).toBe('S256')
    expect(searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/)
    expect(searchParams.get('nonce')).toMatch(/^[\w-]{20,}$/)
  })

  // docs/providers.md#entra-user-ids
  // docs/providers.md#entra-consent-takes-time
  test('stores who somebody is before the bot can be installed', async () => {
    const { context, query } = own()
    const page = await service.open(
      await service.consent(await link({ context }), { user: LEE_ID }),
    )
    expect(page.status).toBe(200)
    expect(page.text).toContain('You&#x27;re linked')
    expect(await service.endpoints(query)).toMatchObject([
      {
        type: 'ms_teams_user',
        endpoint: { userId: LEE_ID, tenantId: CONTOSO.id },
        pending: {
          problem: expect.stringContaining('AppCatalog.Read.All is missing'),
          attempts: 1,
        },
      },
    ])
  })

  test('becomes reachable by itself once an administrator has consented', async () => {
    const other = await startService()
    try {
      const body = { ...TEAMS, connectionIdentifier: undefined }
      await other.open(await other.consent(await other.link(body), { user: LEE_ID }))
      expect((await other.endpoints())[0]?.['pending']).toBeDefined()
      const consent = await other.api('POST', CONNECT_PATH, { ...TEAMS, context: { a: 'b' } })
      await other.consent(new URL((consent.body as { url: string }).url), { user: String(ADELE) })
      other.advance(60_000)
      const deadline = performance.now() + 10_000
      while ((await other.endpoints())[0]?.['pending'] !== undefined) {
        if (performance.now() > deadline) throw new Error('still pending')
        await Bun.sleep(20)
      }
      expect(other.entraRequests.at(-1)).toBe(
        `POST /graph/v1.0/users/${LEE_ID}/teamwork/installedApps`,
      )
    } finally {
      await other.stop()
    }
  }, 15_000)

  test('that is repeated after the consent finds its user reachable at once', async () => {
    const other = await startService()
    try {
      const linkAgain = async (): Promise<Record<string, unknown>> => {
        const url = await other.link({ ...TEAMS, connectionIdentifier: undefined })
        const page = await other.open(await other.consent(url, { user: LEE_ID }))
        const [endpoint = {}, ...more] = await other.endpoints()
        expect([page.status, more]).toEqual([200, []])
        return endpoint
      }
      const first = await linkAgain()
      expect(first['pending']).toBeDefined()
      const consent = await other.api('POST', CONNECT_PATH, { ...TEAMS, context: { a: 'b' } })
      await other.consent(new URL((consent.body as { url: string }).url), { user: String(ADELE) })
      const second = await linkAgain()
      expect(second['identifier']).toBe(String(first['identifier']))
      expect(second['pending']).toBeUndefined()
    } finally {
      await other.stop()
    }
  })

  // docs/providers.md#entra-guests-and-personal-accounts
  test('is told by the tenant of its connection, and refuses people of another', async () => {
    await service.open(
      await service.consent(await connectLink({ ...own(), connectionIdentifier: 'fabrikam' }), {
        user: String(MEGAN),
      }),
    )
    const named = await link({ connectionIdentifier: 'fabrikam' })
    expect(named.pathname).toStartWith(`/${FABRIKAM.id}/`)
    expect(service.consent(named, { user: LEE_ID })).rejects.toThrow('AADSTS50020')
  })

  // docs/decisions/0010-workspaces.md
  test('refuses somebody whom Entra tells to be of another tenant after all', async () => {
    await service.open(
      await service.consent(await connectLink({ ...own(), connectionIdentifier: 'contoso-1' }), {
        user: String(ADELE),
      }),
    )
    const { context, query } = own()
    const named = await link({ connectionIdentifier: 'contoso-1', context })
    const form = new URLSearchParams(named.search)
    form.set('user', LEE_ID)
    form.set('decision', 'allow')
    form.set('fault', 'wrong_workspace')
    const { headers } = await fetch(named.origin + named.pathname, {
      method: 'POST',
      body: form,
      redirect: 'manual',
    })
    const page = await service.open(String(headers.get('location')))
    expect([page.status, page.text.includes('another workspace')]).toEqual([409, true])
    expect(await service.endpoints(query)).toEqual([])
  })

  // docs/providers.md#entra-single-tenant-apps
  test('of a single-tenant app goes to its own tenant', async () => {
    const body = {
      providerId: 'msteams',
      channel: 'chat',
      identifier: 'single',
      credentials: {
        clientId: singleTenantClientId(SANDBOX.msteams.clientId),
        secretKey: SANDBOX.msteams.clientSecret,
        tenantId: CONTOSO.id,
        singleTenant: true,
      },
    }
    expect((await service.api('POST', '/v1/integrations', body)).status).toBe(201)
    const { context, query } = own()
    const url = await link({ integrationIdentifier: 'single', context })
    expect(url.pathname).toStartWith(`/${CONTOSO.id}/`)
    expect((await service.open(await service.consent(url, { user: LEE_ID }))).status).toBe(200)
    expect(await service.endpoints(query)).toHaveLength(1)
  })

  for (const [fault, status] of [
    ['deny', 400],
    ['expired_code', 400],
    ['error', 502],
    ['broken_json', 502],
    ['rate_limit', 502],
  ] as const) {
    // docs/decisions/0007-single-use-links.md
    test(`that meets the fault ${fault} stores nothing`, async () => {
      const { context, query } = own()
      const url = await link({ context })
      await service.fault('entra', fault)
      const page = await service.open(await service.consent(url, { user: LEE_ID }))
      expect(page.status).toBe(status)
      expect(await service.endpoints(query)).toEqual([])
    })
  }
})

describe('an administrator’s consent', () => {
  // docs/decisions/0012-admin-consent.md
  // docs/providers.md#proof-of-admin-consent
  test('makes a connection once Microsoft proves it', async () => {
    const url = await connectLink({ ...own(), connectionIdentifier: 'contoso-2' })
    expect(url.pathname).toBe('/organizations/v2.0/adminconsent')
    expect(url.searchParams.get('scope')).toBe(`${service.entraUrl}/graph/.default`)
    const page = await service.open(await service.consent(url, { user: String(ADELE) }))
    expect([page.status, page.text.includes('You&#x27;re all set')]).toEqual([200, true])
    const stored = await connection('contoso-2')
    expect(stored).toMatchObject({
      providerId: 'msteams',
      workspace: { id: CONTOSO.id },
      auth: { accessToken: 'app-only' },
    })
    expect(stored['pending']).toBeUndefined()
  })

  // docs/providers.md#entra-admin-consent-responses
  test('that was not given makes none, though it says so', async () => {
    const url = await connectLink({ ...own(), connectionIdentifier: 'denied' })
    const address = await service.consent(url, { user: String(ADELE), decision: 'deny' })
    expect(address).toContain('admin_consent=True')
    expect(address).not.toContain('tenant=')
    const page = await service.open(address)
    expect([page.status, page.text.includes('Cancelled')]).toEqual([400, true])
    expect((await service.api('GET', '/v1/channel-connections/denied')).status).toBe(404)
  })

  // docs/providers.md#entra-consent-takes-time
  // docs/providers.md#entra-admin-consent-responses
  test('is pending until it is proven, and then active by itself', async () => {
    const other = await startService()
    try {
      const { body } = await other.api('POST', CONNECT_PATH, {
        ...TEAMS,
        subscriberId: SANDBOX.subscriberId,
        connectionIdentifier: 'late',
      })
      const url = new URL((body as { url: string }).url)
      await other.fault('entra', 'missing_consent')
      const page = await other.open(await other.consent(url, { user: String(ADELE) }))
      expect([page.status, page.text.includes('Waiting for Microsoft')]).toEqual([200, true])
      const read = async () => (await other.api('GET', '/v1/channel-connections/late')).body
      expect(await read()).toMatchObject({
        pending: { problem: expect.stringContaining('No application permission'), attempts: 1 },
      })
      const verify = '/v1/channel-connections/late/verify'
      expect((await other.api('POST', verify, {})).status).toBe(502)
      expect(await read()).toMatchObject({ pending: { attempts: 2 } })

      // Somebody consents in the portal meanwhile: latch hears of it by asking.
      const again = await other.api('POST', CONNECT_PATH, { ...TEAMS, context: { a: 'b' } })
      await other.consent(new URL((again.body as { url: string }).url), { user: String(ADELE) })
      expect(await (await other.api('POST', verify, {})).status).toBe(200)
      expect(((await read()) as { pending?: unknown }).pending).toBeUndefined()
    } finally {
      await other.stop()
    }
  })

  // docs/decisions/0015-provider-addresses.md
  test('with a tenant that is no GUID reaches nobody', async () => {
    const url = await connectLink({ ...own(), connectionIdentifier: 'evil' })
    const state = url.searchParams.get('state')
    const before = service.entraRequests.length
    for (const tenant of ['../../evil', 'example.com/x', '', 'organizations']) {
      const query = new URLSearchParams({ admin_consent: 'True', tenant, state: String(state) })
      const page = await service.open(`${url.searchParams.get('redirect_uri')}?${query}`)
      expect(page.status).toBe(400)
    }
    expect(service.entraRequests).toHaveLength(before)
    expect((await service.api('GET', '/v1/channel-connections/evil')).status).toBe(404)
  })

  test('with autoLinkUser goes on to the user’s own link, through that connection', async () => {
    const { context, query } = own()
    const url = await connectLink({ context, connectionIdentifier: 'chained', autoLinkUser: true })
    const address = await service.consent(url, { user: String(ADELE) })
    const { status, headers } = await service.open(address)
    expect(status).toBe(302)
    const next = new URL(String(headers.get('location')))
    expect(next.pathname).toBe(`/${CONTOSO.id}/oauth2/v2.0/authorize`)
    // A second look at the consent's callback tells what became of it.
    expect((await service.open(address)).text).toContain('You&#x27;re all set')
    const page = await service.open(await service.consent(next, { user: LEE_ID }))
    expect(page.status).toBe(200)
    expect(await service.endpoints(query)).toMatchObject([
      { connectionIdentifier: 'chained', endpoint: { userId: LEE_ID } },
    ])
    expect((await service.endpoints(query))[0]?.['pending']).toBeUndefined()
  })
})
