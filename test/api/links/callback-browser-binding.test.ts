import { afterAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
const { clientId, clientSecret } = SANDBOX
await service.api('POST', '/v1/integrations', {
  providerId: 'slack',
  channel: 'chat',
  identifier: 'bound',
  credentials: { clientId, secretKey: clientSecret, binding: 'cookie' },
})
afterAll(() => service.stop())

const link = (changes: Record<string, unknown> = {}): Promise<URL> =>
  service.link({ integrationIdentifier: 'bound', connectionIdentifier: undefined, ...changes })

/** Opens a link as a browser does: the provider's address, and the cookie. */
async function open(url: URL): Promise<{ provider: URL; cookie: string; attributes: string }> {
  const { status, headers } = await service.open(url.toString())
  expect(status).toBe(302)
  const [cookie = '', ...attributes] = String(headers.get('set-cookie')).split('; ')
  return {
    provider: new URL(String(headers.get('location'))),
    cookie,
    attributes: attributes.join('; '),
  }
}

const withCookie = (cookie: string) => ({ accept: 'text/html', cookie })

// docs/decisions/0023-browser-binding.md
// docs/providers.md#binding-a-link-to-a-browser
describe('where an integration binds links to the browser,', () => {
  test('a link leads through latch, which gives the browser a cookie of its own', async () => {
    const url = await link({ userScope: ['openid', 'profile'] })
    expect(url.origin).toBe(service.url)
    const { provider, cookie, attributes } = await open(url)
    // Over plain http, where a browser would drop a `Secure` cookie and a `__Host-` name.
    expect(cookie).toMatch(/^latch-[\w-]{16}=[\w-]{43}$/)
    expect(attributes).toBe('Path=/; Max-Age=300; HttpOnly; SameSite=Lax')
    expect(provider.pathname).toBe('/openid/connect/authorize')
    expect(provider.searchParams.get('scope')).toBe('openid profile')
  })

  test('that browser completes it', async () => {
    const { provider, cookie } = await open(await link({ context: { own: 'browser' } }))
    const address = await service.consent(provider)
    expect((await service.open(address, withCookie(`a=b; ${cookie}; c=d`))).status).toBe(200)
    expect(await service.endpoints('contextKeys=own:browser')).toHaveLength(1)
  })

  test('another browser does not, and the link stays usable', async () => {
    const { provider, cookie } = await open(await link({ context: { other: 'browser' } }))
    const victim = await open(await link())
    const address = await service.consent(provider)
    const forged = `${cookie.split('=')[0]}=${victim.cookie.split('=')[1]}`
    for (const headers of [
      { accept: 'text/html' },
      withCookie(victim.cookie),
      withCookie(forged),
      withCookie(`${cookie.split('=')[0]}=`),
    ]) {
      const page = await service.open(address, headers)
      expect([page.status, page.text.includes('This link was opened in another browser')]).toEqual([
        403,
        true,
      ])
    }
    expect(await service.endpoints('contextKeys=other:browser')).toEqual([])
    expect((await service.open(address, withCookie(cookie))).status).toBe(200)
  })

  // docs/providers.md#binding-a-link-to-a-browser
  test('two tabs have a cookie each', async () => {
    const [one, two] = [await open(await link()), await open(await link())]
    expect(one.cookie.split('=')[0]).not.toBe(two.cookie.split('=')[0] as string)
    const both = withCookie(`${one.cookie}; ${two.cookie}`)
    for (const { provider } of [one, two]) {
      expect((await service.open(await service.consent(provider), both)).status).toBe(200)
    }
  })

  test('a workspace is connected the same way', async () => {
    const { body } = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
      integrationIdentifier: 'bound',
      context: { bound: 'connect' },
      scope: ['chat:write'],
    })
    const { provider, cookie } = await open(new URL((body as { url: string }).url))
    expect(provider.searchParams.get('scope')).toBe('chat:write')
    const address = await service.consent(provider)
    expect((await service.open(address)).status).toBe(403)
    expect((await service.finish(address, withCookie(cookie))).status).toBe(200)
  })

  test('a link that latch did not create, or that has expired, redirects nowhere', async () => {
    const forged = await service.open(`${service.url}/l/abc.def.ghi`, { accept: 'text/plain' })
    expect(forged.body).toMatchObject({ statusCode: 400, path: '/l/' })
    const old = await link()
    service.advance(6 * 60_000)
    const page = await service.open(old.toString())
    expect([page.status, page.text.includes('This link has expired')]).toEqual([400, true])
  })
})

// docs/providers.md#binding-a-link-to-a-browser
test('links are not bound unless the integration says so', async () => {
  const address = await service.consent(await service.link())
  expect((await service.open(address)).status).toBe(200)
})

// https://www.rfc-editor.org/rfc/rfc9207
test('a response with another issuer is refused', async () => {
  const address = await service.consent(await service.link({ context: { iss: 'x' } }))
  for (const iss of [service.entraUrl, 'https://evil.example', '']) {
    const page = await service.open(`${address}&${new URLSearchParams({ iss })}`)
    expect(page.status).toBe(400)
  }
  expect(await service.endpoints('contextKeys=iss:x')).toEqual([])
  const own = await service.open(`${address}&${new URLSearchParams({ iss: service.slackUrl })}`)
  expect(own.status).toBe(200)
})
