import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { CONTOSO, FABRIKAM } from '../../../src/providers/msteams/stand-in/directory.ts'
import { openConfirmation } from '../../harness/confirming.ts'
import { startService } from '../../harness/service.ts'
import {
  ADELE,
  connectTenant,
  consentAsAdmin,
  ISAIAH,
  JONI,
  LEE,
  MEGAN,
  NESTOR,
  ownContext,
  PRADEEP,
  signInAfter,
  wordOfConsent,
} from './teams.ts'

const service = await startService()
afterAll(() => service.stop())

let context: Record<string, string> = {}
let identifier = ''
beforeEach(() => {
  const own = ownContext()
  context = own.context
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

// docs/decisions/0012-admin-consent.md
// docs/providers.md#proof-of-admin-consent
describe('who signs in after a consent that nobody gave', () => {
  const without: readonly (readonly [string, string, string])[] = [
    ['an ordinary member', LEE, 'has no administrator role'],
    ['an administrator of something else', JONI, 'has no administrator role'],
    ['a guest', ISAIAH, 'is a guest of the organisation'],
    ['a guest whom the tenant made an administrator', NESTOR, 'is a guest of the organisation'],
  ]
  for (const [who, user, problem] of without) {
    test(`as ${who} connects nothing, but can be approved`, async () => {
      const page = await claim(user)
      expect(page.status).toBe(403)
      expect(page.text).toContain('An administrator is needed')
      expect(page.text).toContain('until the people who sent you here approve it')
      expect((await read()).body).toMatchObject({
        workspace: { id: CONTOSO.id },
        pending: {
          reason: 'admin_not_proven',
          problem: expect.stringContaining(problem),
          attempts: 0,
        },
      })
    })
  }

  test('as a member of another tenant is turned away by Microsoft', async () => {
    const onward = await service.open(wordOfConsent(await connect(), CONTOSO.id))
    const signIn = new URL(String(onward.headers.get('location')))
    expect(service.consent(signIn, { user: MEGAN })).rejects.toThrow('AADSTS50020')
    expect((await read()).status).toBe(404)
  })

  test('as a member of another tenant, at another address than latch’s, connects nothing', async () => {
    const onward = await service.open(wordOfConsent(await connect(), CONTOSO.id))
    const signIn = new URL(String(onward.headers.get('location')))
    // Megan administers Fabrikam: she signs in there, with the state and the nonce for Contoso.
    signIn.pathname = signIn.pathname.replace(CONTOSO.id, FABRIKAM.id)
    const page = await service.open(await service.consent(signIn, { user: MEGAN }))
    expect([page.status, page.text.includes('another workspace')]).toEqual([409, true])
    expect((await read()).status).toBe(404)
  })

  test('as an administrator owns a connection that is active only once there is a consent', async () => {
    const page = await claim(MEGAN, FABRIKAM.id)
    expect([page.status, page.text.includes('Waiting for Microsoft')]).toEqual([200, true])
    expect(await pendingOf()).toMatchObject({ reason: 'consent_pending', attempts: 1 })
  })

  test('as an Application Administrator has proven enough', async () => {
    const page = await claim(PRADEEP)
    expect(page.status).toBe(200)
    expect((await pendingOf())?.reason).not.toBe('admin_not_proven')
  })
})

describe('the two callbacks of a consent', () => {
  test('cannot stand in for each other', async () => {
    const link = await connect()
    const onward = await service.open(wordOfConsent(link, CONTOSO.id))
    const signIn = new URL(String(onward.headers.get('location')))
    const back = new URL(await service.consent(signIn, { user: ADELE }))
    // The code of the sign-in, with the state of the link: word of a consent is missing.
    const first = new URL(back)
    first.searchParams.set('state', String(link.searchParams.get('state')))
    expect((await service.open(first.toString())).text).toContain('Consent was not given')
    // Word of a consent, with the state of the sign-in: the code is missing.
    const word = new URL(wordOfConsent(link, CONTOSO.id))
    word.searchParams.set('state', String(signIn.searchParams.get('state')))
    expect((await service.open(word.toString())).status).toBe(400)
    // A tenant beside the code is ignored.
    back.searchParams.set('tenant', FABRIKAM.id)
    back.searchParams.set('admin_consent', 'True')
    expect((await service.finish(back.toString())).status).toBe(200)
    expect((await read()).body).toMatchObject({ workspace: { id: CONTOSO.id } })
  })

  test('do not take the code of another link’s sign-in', async () => {
    const [one, other] = [await connect(), await connect({ connectionIdentifier: 'other-link' })]
    const [mine, theirs] = await Promise.all(
      [one, other].map(
        async (link) => new URL(await signInAfter(service, wordOfConsent(link, CONTOSO.id), ADELE)),
      ),
    )
    if (!mine || !theirs) throw new Error('no sign-ins')
    mine.searchParams.set('code', String(theirs.searchParams.get('code')))
    const page = await service.open(mine.toString())
    expect([page.status, page.text.includes('AADSTS501481')]).toEqual([400, true])
    expect((await read()).status).toBe(404)
  })

  test('write nothing and ask nobody for the first one', async () => {
    const before = service.entraRequests.length
    const link = await connect()
    for (let time = 0; time < 20; time += 1) {
      expect((await service.open(wordOfConsent(link, CONTOSO.id))).status).toBe(302)
    }
    expect(service.entraRequests).toHaveLength(before)
    expect((await service.finish(await consentAsAdmin(service, link))).status).toBe(200)
  })
})

describe('a tenant that is connected already', () => {
  const eventsOf = async (name: string) =>
    (
      (await service.api('GET', `/v1/events?subject=connection:${name}`)).body as {
        data: unknown[]
      }
    ).data

  test('can be connected for another owner by an administrator, and both are told', async () => {
    await service.finish(await consentAsAdmin(service, await connect(), MEGAN))
    const second = { context: ownContext().context, connectionIdentifier: `${identifier}-2` }
    const page = await service.finish(await consentAsAdmin(service, await connect(second), MEGAN))
    expect(page.status).toBe(200)
    expect(page.text).toContain('also connected to another account of this app')
    expect(await eventsOf(identifier)).toContainEqual(
      expect.objectContaining({
        type: 'connection.connected_again',
        data: expect.objectContaining({ otherConnectionIdentifier: `${identifier}-2` }),
      }),
    )
    expect(await pendingOf(`${identifier}-2`)).toBeUndefined()
  })

  test('belongs to nobody once its subscriber is deleted', async () => {
    await service.api('POST', '/v2/subscribers', { subscriberId: 'leaves' })
    await service.api('POST', '/v2/subscribers', { subscriberId: 'comes' })
    await service.finish(await consentAsAdmin(service, await connect({ subscriberId: 'leaves' })))
    await service.api('DELETE', '/v2/subscribers/leaves')
    const link = await connect({ subscriberId: 'comes' })
    expect((await service.finish(await consentAsAdmin(service, link))).status).toBe(200)
    expect((await read()).body).toMatchObject({ subscriberId: 'comes' })
  })
})

// docs/decisions/0012-admin-consent.md
describe('an administrator who has proven who they are', () => {
  const asked = async () =>
    openConfirmation(
      service,
      await service.open(await consentAsAdmin(service, await connect({ autoLinkUser: true }))),
    )

  test('is asked for whom they connect which tenant, before anything is stored', async () => {
    const page = await asked()
    expect(page?.text).toContain('Connect this organisation?')
    expect(page?.text).toContain(CONTOSO.id)
    expect(page?.text).toContain('subscriber-123')
    expect((await read()).status).toBe(404)
    expect((await page?.send('no'))?.status).toBe(400)
    expect((await read()).status).toBe(404)
  })

  test('is linked too only if they tick that', async () => {
    const page = await asked()
    expect([...(page?.boxes.values() ?? [])]).toHaveLength(1)
    expect((await page?.send('yes'))?.status).toBe(200)
    expect((await read()).body).toMatchObject({ workspace: { id: CONTOSO.id } })
    expect(await service.endpoints(`contextKeys=t:${context['t']}`)).toEqual([])
  })
})
