import { afterAll, describe, expect, test } from 'bun:test'
import { CONTOSO } from '../../../src/providers/msteams/stand-in/directory.ts'
import { sameBrowser } from '../../harness/attempts.ts'
import { startService } from '../../harness/service.ts'
import { ADELE, connectTenant, LEE, ownContext } from './teams.ts'

const service = await startService()
afterAll(() => service.stop())

const connection = async (identifier: string): Promise<Record<string, unknown>> =>
  (await service.api('GET', `/v1/channel-connections/${identifier}`)).body as never

describe('an administrator’s consent', () => {
  // docs/decisions/0012-admin-consent.md
  // docs/providers.md#proof-of-admin-consent
  test('makes a connection once Microsoft proves it', async () => {
    const url = await connectTenant(service, { ...ownContext(), connectionIdentifier: 'contoso-2' })
    expect(url.pathname).toBe('/organizations/v2.0/adminconsent')
    expect(url.searchParams.get('scope')).toBe(`${service.entraUrl}/graph/.default`)
    const page = await service.open(await service.consent(url, { user: ADELE }))
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
    const url = await connectTenant(service, { ...ownContext(), connectionIdentifier: 'denied' })
    const address = await service.consent(url, { user: ADELE, decision: 'deny' })
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
      const url = await connectTenant(other, { connectionIdentifier: 'late' })
      await other.fault('entra', 'missing_consent')
      const page = await other.open(await other.consent(url, { user: ADELE }))
      expect([page.status, page.text.includes('Waiting for Microsoft')]).toEqual([200, true])
      const read = async () => (await other.api('GET', '/v1/channel-connections/late')).body
      expect(await read()).toMatchObject({
        pending: { problem: expect.stringContaining('No application permission'), attempts: 1 },
      })
      const verify = '/v1/channel-connections/late/verify'
      expect((await other.api('POST', verify, {})).status).toBe(502)
      expect(await read()).toMatchObject({ pending: { attempts: 2 } })

      // Somebody consents in the portal meanwhile: latch hears of it by asking.
      const again = await connectTenant(other, { subscriberId: undefined, context: { a: 'b' } })
      await other.consent(again, { user: ADELE })
      expect(await (await other.api('POST', verify, {})).status).toBe(200)
      expect(((await read()) as { pending?: unknown }).pending).toBeUndefined()
    } finally {
      await other.stop()
    }
  })

  // docs/decisions/0015-provider-addresses.md
  test('with a tenant that is no GUID reaches nobody', async () => {
    const url = await connectTenant(service, { ...ownContext(), connectionIdentifier: 'evil' })
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
    const { context, query } = ownContext()
    const url = await connectTenant(service, {
      context,
      connectionIdentifier: 'chained',
      autoLinkUser: true,
    })
    const address = await service.consent(url, { user: ADELE })
    const first = await service.open(address)
    const { status, headers } = first
    expect(status).toBe(302)
    const next = new URL(String(headers.get('location')))
    expect(next.pathname).toBe(`/${CONTOSO.id}/oauth2/v2.0/authorize`)
    // A second look at the consent's callback tells what became of it.
    const again = await service.open(address, sameBrowser(first))
    expect(again.text).toContain('You&#x27;re all set')
    const page = await service.open(await service.consent(next, { user: LEE }))
    expect(page.status).toBe(200)
    expect(await service.endpoints(query)).toMatchObject([
      { connectionIdentifier: 'chained', endpoint: { userId: LEE } },
    ])
    expect((await service.endpoints(query))[0]?.['pending']).toBeUndefined()
  })
})
