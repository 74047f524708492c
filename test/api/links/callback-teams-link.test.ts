import { afterAll, describe, expect, test } from 'bun:test'
import {
  CONTOSO,
  FABRIKAM,
  singleTenantClientId,
} from '../../../src/providers/msteams/stand-in/directory.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'
import { ADELE, connectTenant, consentAsAdmin, LEE, MEGAN, ownContext, TEAMS } from './teams.ts'

const service = await startService()
afterAll(() => service.stop())

const link = (changes: Record<string, unknown> = {}): Promise<URL> =>
  service.link({ ...TEAMS, connectionIdentifier: undefined, ...changes })

describe('a Teams link', () => {
  // https://www.rfc-editor.org/rfc/rfc9207
  test('comes back from a tenant, and from no other issuer', async () => {
    const { context, query } = ownContext()
    const address = await service.consent(await link({ context }), { user: LEE })
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
    const { context, query } = ownContext()
    const page = await service.open(await service.consent(await link({ context }), { user: LEE }))
    expect(page.status).toBe(200)
    expect(page.text).toContain('You&#x27;re linked')
    expect(await service.endpoints(query)).toMatchObject([
      {
        type: 'ms_teams_user',
        endpoint: { userId: LEE, tenantId: CONTOSO.id },
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
      await other.open(await other.consent(await other.link(body), { user: LEE }))
      expect((await other.endpoints())[0]?.['pending']).toBeDefined()
      const consent = await connectTenant(other, { subscriberId: undefined, context: { a: 'b' } })
      await other.consent(consent, { user: ADELE })
      other.advance(60_000)
      const deadline = performance.now() + 10_000
      while ((await other.endpoints())[0]?.['pending'] !== undefined) {
        if (performance.now() > deadline) throw new Error('still pending')
        await Bun.sleep(20)
      }
      expect(other.entraRequests.at(-1)).toBe(
        `POST /graph/v1.0/users/${LEE}/teamwork/installedApps`,
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
        const page = await other.open(await other.consent(url, { user: LEE }))
        const [endpoint = {}, ...more] = await other.endpoints()
        expect([page.status, more]).toEqual([200, []])
        return endpoint
      }
      const first = await linkAgain()
      expect(first['pending']).toBeDefined()
      const consent = await connectTenant(other, { subscriberId: undefined, context: { a: 'b' } })
      await other.consent(consent, { user: ADELE })
      const second = await linkAgain()
      expect(second['identifier']).toBe(String(first['identifier']))
      expect(second['pending']).toBeUndefined()
    } finally {
      await other.stop()
    }
  })

  // docs/providers.md#entra-guests-and-personal-accounts
  test('is told by the tenant of its connection, and refuses people of another', async () => {
    await service.finish(
      await consentAsAdmin(
        service,
        await connectTenant(service, { ...ownContext(), connectionIdentifier: 'fabrikam' }),
        MEGAN,
      ),
    )
    const named = await link({ connectionIdentifier: 'fabrikam' })
    expect(named.pathname).toStartWith(`/${FABRIKAM.id}/`)
    expect(service.consent(named, { user: LEE })).rejects.toThrow('AADSTS50020')
  })

  // docs/decisions/0010-workspaces.md
  test('refuses somebody whom Entra tells to be of another tenant after all', async () => {
    await service.finish(
      await consentAsAdmin(
        service,
        await connectTenant(service, { ...ownContext(), connectionIdentifier: 'contoso-1' }),
      ),
    )
    const { context, query } = ownContext()
    const named = await link({ connectionIdentifier: 'contoso-1', context })
    const form = new URLSearchParams(named.search)
    form.set('user', LEE)
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
    const { context, query } = ownContext()
    const url = await link({ integrationIdentifier: 'single', context })
    expect(url.pathname).toStartWith(`/${CONTOSO.id}/`)
    expect((await service.open(await service.consent(url, { user: LEE }))).status).toBe(200)
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
      const { context, query } = ownContext()
      const url = await link({ context })
      await service.fault('entra', fault)
      const page = await service.open(await service.consent(url, { user: LEE }))
      expect(page.status).toBe(status)
      expect(await service.endpoints(query)).toEqual([])
    })
  }
})
