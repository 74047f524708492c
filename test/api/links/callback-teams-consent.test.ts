import { afterAll, describe, expect, test } from 'bun:test'
import { CONTOSO } from '../../../src/providers/msteams/stand-in/directory.ts'
import { startService } from '../../harness/service.ts'
import { until } from '../../harness/until.ts'
import { ADELE, connectTenant, consentAsAdmin, ownContext, signInAfter } from './teams.ts'

const service = await startService()
afterAll(() => service.stop())

const connection = async (identifier: string): Promise<Record<string, unknown>> =>
  (await service.api('GET', `/v1/channel-connections/${identifier}`)).body as never

describe('an administrator’s consent', () => {
  // docs/decisions/0012-admin-consent.md
  // docs/providers.md#proof-of-admin-consent
  test('makes a connection once the administrator has signed in', async () => {
    const url = await connectTenant(service, { ...ownContext(), connectionIdentifier: 'contoso-2' })
    expect(url.pathname).toBe('/organizations/v2.0/adminconsent')
    expect(url.searchParams.get('scope')).toBe(`${service.entraUrl}/graph/.default`)
    const word = await service.consent(url, { user: ADELE })
    const onward = await service.open(word)
    const signIn = new URL(String(onward.headers.get('location')))
    expect(onward.status).toBe(302)
    expect(signIn.pathname).toBe(`/${CONTOSO.id}/oauth2/v2.0/authorize`)
    expect(signIn.searchParams.get('code_challenge_method')).toBe('S256')
    expect(String(signIn.searchParams.get('state')).length).toBeLessThan(1000)
    expect((await service.api('GET', '/v1/channel-connections/contoso-2')).status).toBe(404)

    const page = await service.finish(await service.consent(signIn, { user: ADELE }))
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
      const page = await other.finish(await consentAsAdmin(other, url))
      expect([page.status, page.text.includes('Waiting for Microsoft')]).toEqual([200, true])
      const read = async () => (await other.api('GET', '/v1/channel-connections/late')).body
      expect(await read()).toMatchObject({
        pending: {
          reason: 'consent_pending',
          problem: expect.stringContaining('No application permission'),
          attempts: 1,
        },
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

  test('with autoLinkUser links the administrator by the same sign-in', async () => {
    const { context, query } = ownContext()
    const connecting = { context, connectionIdentifier: 'chained', autoLinkUser: true }
    const page = await service.finish(
      await consentAsAdmin(service, await connectTenant(service, connecting)),
    )
    expect([page.status, page.text.includes('You&#x27;re all set')]).toEqual([200, true])
    expect(await service.endpoints(query)).toMatchObject([
      { connectionIdentifier: 'chained', endpoint: { userId: ADELE, tenantId: CONTOSO.id } },
    ])
    // The job installs the bot, once the permissions are in effect.
    service.advance(60_000)
    service.deps.wakeJobs()
    await until(async () => (await service.endpoints(query))[0]?.['pending'] === undefined)
  })

  test('is completed once, and is one link from beginning to end', async () => {
    const asked = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
      integrationIdentifier: 'msteams',
      subscriberId: 'subscriber-123',
      ...ownContext(),
      connectionIdentifier: 'once',
    })
    const id = String(asked.headers.get('latch-link-id'))
    const url = new URL((asked.body as { url: string }).url)
    const word = await service.consent(url, { user: ADELE })
    const back = await signInAfter(service, word, ADELE)
    const read = async () => (await service.api('GET', `/v1/links/${id}`)).body
    expect(await read()).toMatchObject({ status: 'waiting', usable: true })
    expect((await service.finish(back)).status).toBe(200)
    expect(await read()).toMatchObject({
      status: 'connected',
      usable: false,
      connectionIdentifier: 'once',
      nextLinkId: null,
      reason: null,
    })
    expect((await service.open(word)).text).toContain('already used')
    expect(
      (await service.open(url.searchParams.get('redirect_uri') + new URL(word).search)).status,
    ).toBe(409)
  })

  test('that is followed by no sign-in leaves the link as valid as before', async () => {
    const url = await connectTenant(service, { ...ownContext(), connectionIdentifier: 'left' })
    const word = await service.consent(url, { user: ADELE })
    const signIn = new URL(String((await service.open(word)).headers.get('location')))
    const page = await service.open(await service.consent(signIn, { decision: 'deny' }))
    expect([page.status, page.text.includes('Cancelled')]).toEqual([400, true])
    expect((await service.finish(await consentAsAdmin(service, url))).status).toBe(200)
    expect(await connection('left')).toMatchObject({ workspace: { id: CONTOSO.id } })
  })

  test('leaves 5 minutes for the sign-in, even at the end of the link', async () => {
    const other = await startService()
    try {
      const late = await connectTenant(other, { connectionIdentifier: 'late' })
      const word = await other.consent(late, { user: ADELE })
      other.advance(4 * 60_000)
      const back = await signInAfter(other, word, ADELE)
      other.advance(4 * 60_000)
      expect((await other.open(word)).text).toContain('This link has expired')
      expect((await other.finish(back)).status).toBe(200)
    } finally {
      await other.stop()
    }
  })
})
