import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { PresentedEvent } from '../../../src/domain/events/present.ts'
import { sameBrowser } from '../../harness/attempts.ts'
import { createApi } from '../../harness/call-api.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { LINK_PATH, SAMPLE_BODY, startService } from '../../harness/service.ts'

// docs/decisions/0007-single-use-links.md
const service = await startService({ LATCH_METRICS_ADDRESS: '127.0.0.1:0' })
const { consent, open, endpoints } = service
afterAll(() => service.stop())

const ADA = { user: 'U0ADA00001' }
const GRACE = { user: 'U0GRACE002' }
/** Of another workspace than the connection of the links. */
const MALLORY = { user: 'U0MALLORY4' }

async function make(
  key: string,
  changes: Record<string, unknown> = {},
): Promise<{ id: string; url: URL; stored(): ReturnType<typeof endpoints> }> {
  const body = { ...SAMPLE_BODY, context: { key }, ...changes }
  const made = await service.api('POST', LINK_PATH, body)
  if (made.status !== 201) throw new Error(made.text)
  const url = new URL((made.body as { url: string }).url)
  const stored = () => endpoints(`contextKeys=key:${key}`)
  return { id: String(made.headers.get('latch-link-id')), url, stored }
}

const statusOf = async (id: string): Promise<unknown> =>
  (await service.api('GET', `/v1/links/${id}`)).body

async function reasonsOf(id: string): Promise<(string | null)[]> {
  const { body } = await service.api('GET', '/v1/events?limit=100')
  const { data } = body as { data: PresentedEvent[] }
  return data
    .filter(({ linkId, type }) => linkId === id && type === 'link.failed')
    .map(({ reason }) => reason)
}

/** How often Slack was asked about a code. */
const exchanges = (): number =>
  service.slackRequests.filter((request) => request.endsWith('oauth.v2.access')).length

const lastLogged = (): unknown =>
  service.logged.filter(({ message }) => message === 'callback').at(-1)?.fields

const identityOf = ([endpoint]: readonly Record<string, unknown>[]): unknown =>
  endpoint?.['endpoint']

describe('a link that was completed', () => {
  test('tells another person that it was already used, and the operator hears the same', async () => {
    const { id, url, stored } = await make('spent')
    expect((await open(await consent(url, ADA))).status).toBe(200)
    const requests = exchanges()
    const page = await open(await consent(url, GRACE))
    expect([page.status, page.headers.get('set-cookie')]).toEqual([409, null])
    expect(page.text).toContain('This link was already used')
    for (const told of ['all set', 'Ada', 'Acme']) expect(page.text).not.toContain(told)
    expect(exchanges()).toBe(requests)
    expect(identityOf(await stored())).toEqual({ userId: ADA.user })
    expect(await reasonsOf(id)).toEqual(['already_used'])
    expect(lastLogged()).toMatchObject({
      outcome: 'already_used',
      reason: 'already_used',
      linkId: id,
    })
    expect(await statusOf(id)).toMatchObject({ status: 'linked', usable: false, reason: null })
    const metrics = await (await fetch(`${service.metricsUrl}/metrics`)).text()
    expect(metrics).toMatch(/latch_callbacks_total\{.*"already_used".*\} 1/)
    const program = await open(await consent(url, GRACE), { accept: 'application/json' })
    expect([program.status, program.body]).toMatchObject([409, { ctx: { code: 'already_used' } }])
  })

  test('tells its outcome again to the browser of the attempt, also when it has expired', async () => {
    const { url } = await make('again')
    const callback = await consent(url, ADA)
    const page = await open(callback)
    service.advance(9 * 60_000)
    const again = await open(callback, sameBrowser(page))
    service.advance(-9 * 60_000)
    expect([again.status, again.text.includes('all set')]).toEqual([200, true])
    expect(again.headers.get('set-cookie')).toBeNull()
  })

  test('tells who has only the address of the callback nothing but that it is done', async () => {
    const { id, url } = await make('address')
    const callback = await consent(url, ADA)
    const page = await open(callback)
    const other = await open(await consent((await make('other')).url, ADA))
    for (const headers of [{ accept: 'text/html' }, sameBrowser(other)]) {
      const elsewhere = await open(callback, headers)
      expect([elsewhere.status, elsewhere.text.includes('This is done')]).toEqual([200, true])
      expect(elsewhere.text).toContain('If you have not seen whether it worked')
      for (const told of ['all set', 'Slack', 'linked']) expect(elsewhere.text).not.toContain(told)
      expect(elsewhere.headers.get('set-cookie')).toBeNull()
      expect(lastLogged()).toMatchObject({ outcome: 'attempt_over', linkId: id })
    }
    expect(await reasonsOf(id)).toEqual([])
    expect((await open(callback, sameBrowser(page))).text).toContain('all set')
  })

  test('is already used also after it has expired', async () => {
    const { url } = await make('late')
    await open(await consent(url, ADA))
    const late = await consent(url, GRACE)
    service.advance(6 * 60_000)
    expect((await open(late)).text).toContain('already used')
    service.advance(-6 * 60_000)
  })
})

describe('the cookie of an attempt', () => {
  const pattern = (name: string, secure: string): RegExp =>
    new RegExp(
      `^${name}latch-[\\w-]{16}=[\\w-]{43}; Path=/; Max-Age=600${secure}; HttpOnly; SameSite=Lax$`,
    )

  test('is one for each attempt, for the public URL and for ten minutes', async () => {
    const { url } = await make('cookies')
    const wrong = await open(await consent(url, MALLORY))
    const right = await open(await consent(url, ADA))
    const cookies = [wrong, right].map(({ headers }) => String(headers.get('set-cookie')))
    for (const cookie of cookies) expect(cookie).toMatch(pattern('', ''))
    expect(new Set(cookies.map((cookie) => cookie.split('=')[0])).size).toBe(2)

    const secure = await startService({ LATCH_PUBLIC_URL: 'https://latch.example.com' })
    try {
      const api = createApi(secure.listensAt, fetch)
      const { body } = await api('POST', LINK_PATH, SAMPLE_BODY)
      const callback = await secure.consent(new URL((body as { url: string }).url))
      const page = await secure.open(
        callback.replace('https://latch.example.com', secure.listensAt),
      )
      expect([page.status, page.headers.get('set-cookie')]).toEqual([
        200,
        expect.stringMatching(pattern('__Host-', '; Secure')),
      ])
    } finally {
      await secure.stop()
    }
  })

  test('comes with no callback that has made no attempt', async () => {
    const { url } = await make('no-attempt')
    const callback = await consent(url, ADA)
    const refused = [
      await consent(url, { decision: 'deny' }),
      callback.replace(/state=[^&]+/, 'state=forged'),
      callback.replace(/code=[^&]+/, ''),
    ]
    for (const address of refused) {
      expect((await open(address)).headers.get('set-cookie')).toBeNull()
    }
    const preview = { 'user-agent': 'Slackbot-LinkExpanding 1.0' }
    expect((await open(callback, preview)).headers.get('set-cookie')).toBeNull()
    expect((await open(callback)).headers.get('set-cookie')).not.toBeNull()
  })
})

describe('an attempt that fails leaves the link as good as it was:', () => {
  const attempts: [string, (url: URL) => Promise<string>, number][] = [
    ['a decline', (url) => consent(url, { decision: 'deny' }), 400],
    ['another workspace', (url) => consent(url, MALLORY), 409],
    [
      'a code that Slack refuses',
      async (url) => {
        const callback = await consent(url, ADA)
        service.slackAnswers.push(() => Response.json({ ok: false, error: 'invalid_code' }))
        return callback
      },
      400,
    ],
    [
      'an outage',
      async (url) => {
        const callback = await consent(url, ADA)
        service.slackAnswers.push(() => new Response('no', { status: 503 }))
        return callback
      },
      502,
    ],
  ]
  for (const [name, fail, status] of attempts) {
    test(name, async () => {
      const { id, url, stored } = await make(`after ${name}`.replaceAll(' ', '-'))
      const failed = await open(await fail(url))
      expect(failed.status).toBe(status)
      expect(await stored()).toEqual([])
      expect(await statusOf(id)).toMatchObject({ status: 'failed', usable: true })
      const page = await open(await consent(url, ADA))
      expect([page.status, page.text.includes('all set')]).toEqual([200, true])
      expect(identityOf(await stored())).toEqual({ userId: ADA.user })
      expect(await statusOf(id)).toMatchObject({ status: 'linked', usable: false, reason: null })
    })
  }

  test('but not more than 10 times', async () => {
    const { id, url, stored } = await make('often')
    const good = await consent(url, ADA)
    for (let count = 0; count < 10; count += 1) {
      const { status } = await open(good.replace(/code=[^&]+/, `code=made-up-${count}`))
      expect(status).toBe(400)
    }
    expect(await statusOf(id)).toMatchObject({ status: 'failed', usable: true })
    const requests = service.slackRequests.length
    const page = await open(good)
    expect([page.status, page.text.includes('tried too often')]).toEqual([409, true])
    expect(service.slackRequests.length).toBe(requests)
    expect(await stored()).toEqual([])
    expect(await reasonsOf(id)).toEqual(['code_refused', 'too_many_attempts'])
    expect(await statusOf(id)).toMatchObject({
      status: 'failed',
      usable: false,
      reason: 'too_many_attempts',
    })
    // The next link is none the worse for it.
    expect((await open(await consent((await make('often')).url, ADA))).status).toBe(200)
  })

  test('and the outcome of each is told to its own browser only', async () => {
    const { url } = await make('each')
    const [wrong, right] = [await consent(url, MALLORY), await consent(url, ADA)]
    const [refused, linked] = [await open(wrong), await open(right)]
    expect((await open(wrong, sameBrowser(refused))).text).toContain('You chose Other Company')
    expect((await open(right, sameBrowser(linked))).text).toContain('all set')
    for (const [address, page] of [
      [wrong, linked],
      [right, refused],
    ] as const) {
      expect((await open(address, sameBrowser(page))).text).toContain('This is done')
    }
  })
})

test('two people with a code each, at the same moment, are not both linked', async () => {
  const { url, stored } = await make('both')
  const callbacks = [await consent(url, ADA), await consent(url, GRACE)]
  const pages = await Promise.all(callbacks.map((callback) => open(callback)))
  expect(pages.map(({ status }) => status).toSorted()).toEqual([200, 409])
  const winner = pages[0]?.status === 200 ? ADA : GRACE
  expect((await stored()).map(({ endpoint }) => endpoint)).toEqual([{ userId: winner.user }])
})

describe('with an address of the product to go to', () => {
  const DONE = 'https://app.example.com/done'
  beforeAll(async () => {
    const { clientId, clientSecret: secretKey } = SANDBOX
    await service.api('POST', '/v1/integrations', {
      providerId: 'slack',
      channel: 'chat',
      identifier: 'redirecting',
      credentials: { clientId, secretKey, redirectUrl: DONE },
    })
  })

  test('only the browser of the attempt is sent there as linked', async () => {
    const { url } = await make('redirected', {
      integrationIdentifier: 'redirecting',
      connectionIdentifier: null,
    })
    const callback = await consent(url, ADA)
    const page = await open(callback)
    const linked = [302, `${DONE}?status=linked`]
    expect([page.status, page.headers.get('location')]).toEqual(linked)
    const again = await open(callback, sameBrowser(page))
    expect([again.status, again.headers.get('location')]).toEqual(linked)
    const elsewhere = await open(callback)
    expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([200, null])
    const other = await open(await consent(url, GRACE))
    expect([other.status, other.headers.get('location')]).toEqual([
      302,
      `${DONE}?status=error&error=already_used`,
    ])
  })
})
