import { afterAll, describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { createApp } from '../../src/app.ts'
import { CALLBACK_PATH } from '../../src/domain/links/addresses.ts'
import { listen } from '../../src/http/listen.ts'
import { createStartingHandler } from '../../src/http/pipeline.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { rawRequest } from '../harness/raw-request.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { startService } from '../harness/service.ts'
import { COMPLETION_URL } from '../harness/session-app.ts'

type Seen = { status: number; headers: Headers }

const BROWSER = { accept: 'text/html' }
const PROGRAM = { accept: 'application/json' }
const PREVIEW = { 'user-agent': 'Slackbot-LinkExpanding 1.0' }

/** A page with a form is the referrer of what it sends to latch, which must see its origin. */
function expectSecured({ headers }: Seen, hasForm = false): void {
  const { 'content-security-policy': policy, ...others } = Object.fromEntries(headers)
  expect(others).toMatchObject({
    'cache-control': 'no-store',
    'referrer-policy': hasForm ? 'same-origin' : 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex, nofollow',
  })
  expect(policy).toStartWith("default-src 'none'; ")
  expect(policy).toContain("frame-ancestors 'none'")
  // What is no page of latch has a policy without any form.
  expect(policy).toContain(`form-action ${hasForm ? "'self'" : "'none'"}`)
}

describe('security headers are on every response to a link and to the callback:', async () => {
  const service = await startService()
  afterAll(() => service.stop())
  const { open, url } = service
  const callback = url + CALLBACK_PATH
  const consented = async (): Promise<string> => service.consent(await service.link())
  const withMethod = (method: string, address: string): Promise<Seen> =>
    fetch(address, { method, redirect: 'manual' })

  let count = 0
  async function linkOf(setting: object): Promise<URL> {
    count += 1
    const { clientId, clientSecret: secretKey } = SANDBOX
    const identifier = `with-setting-${count}`
    const credentials = { clientId, secretKey, ...setting }
    const integration = { providerId: 'slack', channel: 'chat', identifier, credentials }
    await service.api('POST', '/v1/integrations', integration)
    return service.link({ integrationIdentifier: identifier, connectionIdentifier: undefined })
  }
  const ofSession = (): Promise<URL> =>
    linkOf({ userVerification: 'session', completionUrl: COMPLETION_URL })
  const redirected = async (): Promise<string> =>
    service.consent(await linkOf({ redirectUrl: 'https://app.example.com/done' }))

  const exits: [string, number, () => Promise<Seen>][] = [
    ['linked, in a browser', 200, async () => open(await consented(), BROWSER)],
    ['linked, in a program', 200, async () => open(await consented(), PROGRAM)],
    ['a preview of the callback', 204, async () => open(await consented(), PREVIEW)],
    ['a preview of a link', 204, () => open(`${url}/l/state`, PREVIEW)],
    ['a link of a session', 302, async () => open(String(await ofSession()))],
    ["a redirect to the operator's page", 302, async () => open(await redirected())],
    ['a refused callback, in a browser', 400, () => open(`${callback}?state=x&code=y`, BROWSER)],
    ['a refused callback, in a program', 400, () => open(`${callback}?state=x&code=y`, PROGRAM)],
    ['a refused link, in a browser', 400, () => open(`${url}/l/state`, BROWSER)],
    ['a refused link, in a program', 400, () => open(`${url}/l/state`, PROGRAM)],
    ['no such page, in a browser', 404, () => open(`${url}/l/a/b/c/d`, BROWSER)],
    ['no such page, in a program', 404, () => open(`${callback}/more`, PROGRAM)],
    ['a wrong method at the callback', 405, () => withMethod('DELETE', callback)],
    ['a wrong method at a link', 405, () => withMethod('PUT', `${url}/l/state`)],
    ['OPTIONS', 204, () => withMethod('OPTIONS', `${callback}?code=x`)],
    ['HEAD', 204, () => withMethod('HEAD', `${callback}?code=x`)],
    ['a long address', 414, () => open(`${callback}?code=${'x'.repeat(9000)}`, BROWSER)],
    [
      'a malformed Host',
      400,
      () => rawRequest(url, `GET ${CALLBACK_PATH} HTTP/1.1\r\nHost: a b\r\n\r\n`),
    ],
  ]
  for (const [name, status, ask] of exits) {
    test(`${name} (${status})`, async () => {
      const seen = await ask()
      expect(seen.status).toBe(status)
      expectSecured(seen, name === 'linked, in a browser')
    })
  }

  for (const [name, headers] of [
    ['a browser', BROWSER],
    ['a program', PROGRAM],
  ] as const) {
    test(`too many requests, in ${name} (429)`, async () => {
      const limited = await startService({ LATCH_RATE_LIMIT_GLOBAL: '1' })
      for (const path of [CALLBACK_PATH, '/l/state']) {
        let seen = await limited.open(limited.url + path, headers)
        for (let asked = 0; asked < 100 && seen.status !== 429; asked += 1) {
          seen = await limited.open(limited.url + path, headers)
        }
        expect(seen.status).toBe(429)
        expectSecured(seen)
      }
      await limited.stop()
    })

    test(`a fault, in ${name} (500)`, async () => {
      const broken = await startService()
      const address = await broken.consent(await broken.link())
      const client = createClient({ url: `file:${broken.databaseFile}` })
      await client.execute("UPDATE integrations SET credentials_sealed = 'damaged'")
      client.close()
      const seen = await broken.open(address, headers)
      expect(seen.status).toBe(500)
      expectSecured(seen)
      await broken.stop()
    })

    test(`latch that starts, or shuts down, in ${name} (503)`, async () => {
      const starting = createStartingHandler(createRandom())
      const listener = listen('127.0.0.1', 0, { starting })
      const app = createApp(service.deps, () => '127.0.0.1')
      app.drain()
      for (const path of [CALLBACK_PATH, '/l/state']) {
        const startingUp = await fetch(listener.url + path, { headers })
        const shuttingDown = await app.fetch(new Request(url + path, { headers }))
        expect([startingUp.status, shuttingDown.status]).toEqual([503, 503])
        expectSecured(startingUp)
        expectSecured(shuttingDown)
      }
      await listener.stop()
    })
  }

  test('but not on those of the API, whose answers no browser shows', async () => {
    const { headers } = await service.api('GET', '/v1/channel-endpoints')
    expect(headers.get('content-security-policy')).toBeNull()
    expect(headers.get('cache-control')).toBe('no-store')
  })
})
