import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { LINK_PATH, startService, type TestService } from '../../harness/service.ts'
import {
  addSessionIntegration,
  COMPLETION_URL,
  complete,
  createJar,
  type Jar,
  locationOf,
  ticketIn,
  urlOf,
} from '../../harness/session-app.ts'
import { MEGAN } from './teams.ts'

let service: TestService
beforeAll(async () => {
  service = await startService()
  await addSessionIntegration(service, 'app')
  await service.api('POST', '/v2/subscribers', { subscriberId: 'mallory' })
})
afterAll(() => service.stop())

let count = 0
/** A link of its own context, so that no earlier test has linked anybody there. */
async function newLink(subscriberId = 'subscriber-123') {
  count += 1
  const context = { own: `c${count}` }
  const { body, headers } = await service.api('POST', LINK_PATH, {
    integrationIdentifier: 'app',
    subscriberId,
    context,
  })
  const stored = () => service.endpoints(`contextKeys=own:c${count}`)
  return { id: String(headers.get('latch-link-id')), url: (body as { url: string }).url, stored }
}

/** Opens the link, signs in to the app as the subscriber, and goes on to the provider. */
async function toProvider(browser: Jar, url: string, subscriberId?: string): Promise<URL> {
  const ticket = ticketIn(await browser.open(url))
  const continued = await complete(service, ticket, subscriberId)
  return new URL(locationOf(await browser.open(urlOf(continued))))
}

const headingOf = ({ text }: { text: string }): string => /<h1[^>]*>([^<]*)/.exec(text)?.[1] ?? ''

describe('a link that requires a session', () => {
  test('leads from latch to the app, then to the provider, and stores the user', async () => {
    const { id, url, stored } = await newLink()
    expect(url).toStartWith(`${service.url}/l/`)
    const browser = createJar(service)
    const opened = await browser.open(url)
    expect(opened.status).toBe(302)
    expect(locationOf(opened)).toStartWith(`${COMPLETION_URL}&ticket=`)
    expect(opened.headers.getSetCookie()[0]).toMatch(
      /^latch-[\w-]{16}=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/,
    )
    const continued = await complete(service, ticketIn(opened))
    expect(continued.status).toBe(200)
    expect(await complete(service, ticketIn(opened))).toMatchObject({ body: continued.body })
    const provider = new URL(locationOf(await browser.open(urlOf(continued))))
    expect(provider.origin).toBe(service.slackUrl)
    const page = await browser.open(await service.consent(provider))
    expect(page.status).toBe(200)
    expect(await stored()).toMatchObject([{ verification: 'session' }])
    const { body } = await service.api('GET', `/v1/links/${id}`)
    expect(body).toMatchObject({ status: 'linked', verification: 'session' })
    const told = await service.api('GET', '/v1/events?types=endpoint.linked')
    expect(JSON.stringify(told.body)).toContain('"verification":"session"')
  })

  test('keeps the scopes that it requests', async () => {
    const link = await service.link({
      integrationIdentifier: 'app',
      connectionIdentifier: undefined,
      userScope: ['openid', 'profile'],
      context: { own: 'scoped' },
    })
    const provider = await toProvider(createJar(service), link.toString())
    expect(provider.pathname).toBe('/openid/connect/authorize')
    expect(provider.searchParams.get('scope')).toBe('openid profile')
  })

  test('replaces another chat user, which no weaker link does', async () => {
    const { url, stored } = await newLink()
    const browser = createJar(service)
    await browser.open(await service.consent(await toProvider(browser, url)))
    const again = await service.link({
      integrationIdentifier: 'app',
      connectionIdentifier: undefined,
      context: { own: `c${count}` },
    })
    const provider = await toProvider(browser, again.toString())
    const page = await browser.open(await service.consent(provider, { user: 'U0GRACE002' }))
    expect(page.status).toBe(200)
    expect(await stored()).toMatchObject([{ endpoint: { userId: 'U0GRACE002' } }])
  })

  test('at Microsoft works the same way', async () => {
    const { clientId, clientSecret } = SANDBOX.msteams
    await service.api('POST', '/v1/integrations', {
      providerId: 'msteams',
      channel: 'chat',
      identifier: 'teams-app',
      credentials: { clientId, secretKey: clientSecret },
      configurations: { userVerification: 'session', completionUrl: COMPLETION_URL },
    })
    const link = await service.link({
      integrationIdentifier: 'teams-app',
      connectionIdentifier: undefined,
      context: { own: 'teams' },
    })
    const [honest, other] = [createJar(service), createJar(service)]
    const provider = await toProvider(honest, link.toString())
    const callback = await service.consent(provider, { user: MEGAN })
    expect((await other.open(callback)).status).toBe(403)
    expect((await honest.open(callback)).status).toBe(200)
    expect(await service.endpoints('contextKeys=own:teams')).toMatchObject([
      { type: 'ms_teams_user', verification: 'session' },
    ])
  })

  test('that connects a workspace is one too, and asks nothing more', async () => {
    const { body } = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
      integrationIdentifier: 'app',
      subscriberId: 'subscriber-123',
      context: { own: 'connected' },
    })
    const browser = createJar(service)
    const provider = await toProvider(browser, (body as { url: string }).url)
    expect((await browser.open(await service.consent(provider))).status).toBe(200)
  })
})

describe('an attack on a link that requires a session', () => {
  // C1 of the field: the attacker's own link, sent to a victim.
  test('the link of an attacker, opened by a victim, is refused by the app', async () => {
    const { url, stored } = await newLink('mallory')
    const victim = createJar(service)
    const ticket = ticketIn(await victim.open(url))
    const refused = await complete(service, ticket, 'subscriber-123')
    expect([refused.status, refused.body]).toMatchObject([403, { statusCode: 403 }])
    // For good: neither may go on with it, whoever the app then names.
    expect((await complete(service, ticket, 'mallory')).status).toBe(409)
    expect(await stored()).toEqual([])
    // The link itself still works for whom it is.
    const mallory = createJar(service)
    const provider = await toProvider(mallory, url, 'mallory')
    await mallory.open(await service.consent(provider, { user: 'U0GRACE002' }))
    expect(await stored()).toHaveLength(1)
  })

  test('a ticket that is sent to the subscriber ends where their browser arrives', async () => {
    const { url, stored } = await newLink()
    const [mallory, victim] = [createJar(service), createJar(service)]
    const ticket = ticketIn(await mallory.open(url))
    // The victim is signed in, so the app accepts the ticket, and redirects the victim's browser.
    const continued = urlOf(await complete(service, ticket))
    const page = await victim.open(continued)
    expect([page.status, headingOf(page)]).toEqual([403, 'This link was opened in another browser'])
    // Even if the address then reaches the attacker, who has the cookie.
    expect((await mallory.open(continued)).status).toBe(403)
    expect((await complete(service, ticket)).status).toBe(409)
    expect(await stored()).toEqual([])
  })

  test('the address of the app that is forwarded goes on in no other browser', async () => {
    const { url, stored } = await newLink()
    const [honest, other] = [createJar(service), createJar(service)]
    const continued = urlOf(await complete(service, ticketIn(await honest.open(url))))
    await other.open(url)
    expect((await other.open(continued)).status).toBe(403)
    expect(await stored()).toEqual([])
    const provider = await toProvider(honest, url)
    await honest.open(await service.consent(provider))
    expect(await stored()).toHaveLength(1)
  })

  test('a callback with a code of the attacker is refused in the browser of the victim', async () => {
    const { url, stored } = await newLink()
    const [mallory, victim] = [createJar(service), createJar(service)]
    // The attacker has the victim's link, but cannot pass the app as the victim, so there is no state
    // to sign in with but that of the link and of the ticket.
    const ticket = ticketIn(await mallory.open(url))
    const provider = await toProvider(victim, url)
    const state = String(provider.searchParams.get('state'))
    for (const forged of [url.split('/l/')[1] ?? '', ticket]) {
      provider.searchParams.set('state', forged)
      const callback = await service.consent(provider, { user: 'U0GRACE002' })
      for (const browser of [mallory, victim]) {
        const page = await browser.open(callback)
        expect([page.status, headingOf(page)]).toEqual([403, 'Please sign in first'])
      }
    }
    // Nor does a code help that the attacker obtained with the victim's own state.
    provider.searchParams.set('state', state)
    const callback = await service.consent(provider, { user: 'U0GRACE002' })
    expect((await mallory.open(callback)).status).toBe(403)
    expect(await stored()).toEqual([])
  })

  test('a cookie of another opening does not help', async () => {
    const { url, stored } = await newLink()
    const [one, two] = [createJar(service), createJar(service)]
    const provider = await toProvider(one, url)
    const [name] = [...one.cookies.keys()]
    await two.open(url)
    const [value] = [...two.cookies.values()]
    two.cookies.set(String(name), String(value))
    expect((await two.open(await service.consent(provider))).status).toBe(403)
    expect(await stored()).toEqual([])
  })

  test('a ticket is unknown to another environment, and is no link', async () => {
    const { url } = await newLink()
    const opened = await createJar(service).open(url)
    const ticket = ticketIn(opened)
    const { addEnvironment } = await import('../../harness/other-environment.ts')
    const other = await addEnvironment(service)
    const answer = await service.api(
      'POST',
      '/v1/links/complete',
      { ticket, subscriberId: 'subscriber-123' },
      { authorization: `ApiKey ${other.apiKey}` },
    )
    expect(answer.status).toBe(404)
    for (const made of ['x', `${ticket}x`, ticket.slice(1)]) {
      expect((await complete(service, made)).status).toBe(404)
    }
    expect((await createJar(service).open(`${service.url}/l/${ticket}`)).status).toBe(400)
  })

  test('a setting that was made stricter holds for the links before it', async () => {
    const created = await service.api('POST', '/v1/integrations', {
      providerId: 'slack',
      channel: 'chat',
      identifier: 'later',
      credentials: { clientId: SANDBOX.clientId, secretKey: SANDBOX.clientSecret },
    })
    const id = (created.body as { _id: string })._id
    const weak = await service.link({
      integrationIdentifier: 'later',
      connectionIdentifier: undefined,
    })
    const set = (userVerification: string) =>
      service.api('PUT', `/v1/integrations/${id}`, {
        configurations: { userVerification, completionUrl: COMPLETION_URL },
      })
    await set('session')
    const page = await createJar(service).open(await service.consent(weak))
    expect([page.status, headingOf(page)]).toEqual([403, 'Please sign in first'])
    // And one that was made weaker does not weaken them.
    const strict = (
      await service.link({ integrationIdentifier: 'later', connectionIdentifier: undefined })
    ).toString()
    await set('none')
    weak.searchParams.set('state', strict.split('/l/')[1] ?? '')
    expect((await createJar(service).open(await service.consent(weak))).status).toBe(403)
  })

  test('a ticket, an address and a sign-in are each valid for 5 minutes', async () => {
    const { url, stored } = await newLink()
    const browser = createJar(service)
    const ticket = ticketIn(await browser.open(url))
    const continued = urlOf(await complete(service, ticket))
    service.advance(5 * 60_000 + 1)
    expect((await complete(service, ticket)).status).toBe(409)
    expect((await browser.open(continued)).status).toBe(400)
    expect((await browser.open(url)).status).toBe(400)
    expect(await stored()).toEqual([])
  })

  test('a link that was stored opens nothing more', async () => {
    const { url } = await newLink()
    const browser = createJar(service)
    const ticket = ticketIn(await browser.open(url))
    await browser.open(await service.consent(await toProvider(browser, url)))
    expect((await complete(service, ticket)).status).toBe(409)
    const page = await createJar(service).open(url)
    expect(page.status).toBe(409)
  })
})

test('links cannot be made where only the operator requires a session, without a URL of the app', async () => {
  const strict = await startService({ LATCH_USER_VERIFICATION: 'session' })
  const answer = await strict.api('POST', '/v1/integrations/channel-endpoints/oauth', {
    subscriberId: 'subscriber-123',
    integrationIdentifier: 'slack',
  })
  await strict.stop()
  expect([answer.status, answer.body]).toMatchObject([
    400,
    { message: 'Links of this integration require a session: set its completionUrl first' },
  ])
})
