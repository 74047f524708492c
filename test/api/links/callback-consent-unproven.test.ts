import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { CONTOSO, FABRIKAM } from '../../../src/providers/msteams/stand-in/directory.ts'
import { startService } from '../../harness/service.ts'
import {
  connectTenant,
  consentAsAdmin,
  DIEGO,
  LEE,
  MEGAN,
  ownContext,
  signInAfter,
  TEAMS,
  wordOfConsent,
} from './teams.ts'

const service = await startService()
afterAll(() => service.stop())

let context: Record<string, string> = {}
let query = ''
let identifier = ''
beforeEach(() => {
  const own = ownContext()
  context = own.context
  query = own.query
  identifier = `conn-${own.context['t']}`
})

const connect = (changes: Record<string, unknown> = {}) =>
  connectTenant(service, { context, connectionIdentifier: identifier, ...changes })
const read = (name = identifier) => service.api('GET', `/v1/channel-connections/${name}`)
const pendingOf = async (name = identifier) =>
  ((await read(name)).body as { pending?: { reason: string } }).pending

/** Signs in after a word of consent that nobody gave. */
const claim = async (user: string, tenant = CONTOSO.id, link?: URL) =>
  service.finish(await signInAfter(service, wordOfConsent(link ?? (await connect()), tenant), user))

describe('a consent that is not proven', () => {
  test('is not active by itself, not even once the permissions are in effect', async () => {
    await claim(LEE)
    const other = { context: ownContext().context, connectionIdentifier: `${identifier}-real` }
    expect((await service.finish(await consentAsAdmin(service, await connect(other)))).status).toBe(
      200,
    )
    service.advance(2 * 60 * 60_000)
    const verified = await service.api('POST', `/v1/channel-connections/${identifier}/verify`, {})
    expect([verified.status, verified.text.includes('has no administrator role')]).toEqual([
      502,
      true,
    ])
    expect(await pendingOf()).toMatchObject({ reason: 'admin_not_proven' })
  })

  test('links nobody: not who asked for it, nor others of the tenant', async () => {
    const page = await claim(LEE, CONTOSO.id, await connect({ autoLinkUser: true }))
    expect(page.status).toBe(403)
    expect(await service.endpoints(query)).toEqual([])
    const named = { ...TEAMS, subscriberId: 'subscriber-123', connectionIdentifier: identifier }
    const refused = await service.api('POST', '/v1/integrations/channel-endpoints/oauth', named)
    expect(refused.body).toMatchObject({
      statusCode: 409,
      ctx: { code: 'connection_not_approved' },
      message: `Channel connection not approved: ${identifier}`,
    })
    // Without a name it is not found, though it is their own, and in their contexts.
    const link = await service.link({ ...TEAMS, connectionIdentifier: undefined, context })
    expect((await service.open(await service.consent(link, { user: LEE }))).status).toBe(200)
    const [endpoint] = await service.endpoints(query)
    expect(endpoint?.['connectionIdentifier']).toMatch(/^chconn_/)
    expect(endpoint?.['connectionIdentifier']).not.toBe(identifier)
  })

  test('owns nothing: its subscriber can still get a connection', async () => {
    await claim(LEE)
    const made = await service.api('POST', '/v1/channel-connections', {
      ...TEAMS,
      subscriberId: 'subscriber-123',
      context,
      workspace: { id: FABRIKAM.id },
      auth: { accessToken: 'app-only' },
    })
    expect(made.status).toBe(201)
  })

  test('gives way to an administrator, with the same link, even of another tenant', async () => {
    const link = await connect()
    expect((await claim(LEE, CONTOSO.id, link)).status).toBe(403)
    expect(await pendingOf()).toBeDefined()
    expect((await service.finish(await consentAsAdmin(service, link, MEGAN))).status).toBe(200)
    expect((await read()).body).toMatchObject({ workspace: { id: FABRIKAM.id } })
    expect(await pendingOf()).toBeUndefined()
  })

  test('gives way to an administrator who uses the link of somebody else', async () => {
    await claim(LEE)
    const made = await service.api('POST', '/v2/subscribers', { subscriberId: 'sam' })
    expect(made.status).toBe(201)
    const link = await connect({ subscriberId: 'sam' })
    expect((await service.finish(await consentAsAdmin(service, link))).status).toBe(200)
    expect((await read()).body).toMatchObject({
      subscriberId: 'sam',
      workspace: { id: CONTOSO.id },
    })
  })

  test('never replaces a connection that an administrator has proven', async () => {
    await service.finish(await consentAsAdmin(service, await connect()))
    const before = (await read()).body
    for (const changes of [{}, { connectionIdentifier: undefined }, { context: { t: 'else' } }]) {
      const page = await claim(DIEGO, FABRIKAM.id, await connect(changes)).catch((error) => error)
      // A link for that tenant sends nobody of another one to the sign-in.
      if (page instanceof Error) expect(page.message).toContain('AADSTS')
      else expect([page.status, page.text.includes('Nothing was connected')]).toEqual([403, true])
      expect((await read()).body).toEqual(before)
    }
  })

  test('is an event of the connection, and a failure of the link, which stays valid', async () => {
    const link = await connect()
    await claim(LEE, CONTOSO.id, link)
    const { body } = await service.api('GET', `/v1/events?subject=connection:${identifier}`)
    expect((body as { data: unknown[] }).data).toMatchObject([
      {
        type: 'connection.approval_requested',
        reason: 'admin_not_proven',
        data: {
          workspaceId: CONTOSO.id,
          problem: expect.stringContaining('no administrator role'),
        },
      },
    ])
    const [event] = (body as { data: { linkId: string }[] }).data
    expect((await service.api('GET', `/v1/links/${event?.linkId}`)).body).toMatchObject({
      status: 'failed',
      reason: 'admin_not_proven',
      usable: true,
      connectionIdentifier: identifier,
    })
  })
})
