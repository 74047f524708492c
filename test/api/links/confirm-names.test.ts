import { afterAll, describe, expect, test } from 'bun:test'
import { createBrowser } from '../../harness/browser.ts'
import { LINK_PATH, SAMPLE_BODY, startService } from '../../harness/service.ts'
import { confirming } from './confirming.ts'

const service = await startService({ LATCH_USER_VERIFICATION: 'confirm' })
const { make, asked } = confirming(service)
const { api, consent, slackAnswers } = service
afterAll(() => service.stop())

/** What the page isolates: labels and names, in order. */
const shownOn = (page: string): string[] =>
  [...page.matchAll(/<bdi>([^<]*)<\/bdi>/g)].map(([, text]) => String(text))

let made = 0
/** What the page shows for a subscriber with this profile. */
async function shownFor(profile: object, changes: object = {}): Promise<string[]> {
  made += 1
  const subscriberId = `named-${made}`
  await api('POST', '/v2/subscribers', { subscriberId, ...profile })
  const { page } = await asked(subscriberId, createBrowser(), {
    subscriberId,
    display: undefined,
    ...changes,
  })
  return shownOn(page.text).slice(3)
}

/** What the page shows where Slack says that the user has this name. */
async function shownAs(name: unknown): Promise<{ page: string; shown: string[] }> {
  made += 1
  const link = await make(`as-${made}`)
  const callback = await consent(link.url)
  // Two requests: the code is exchanged, then Slack is asked for the name.
  slackAnswers.push(
    () =>
      Response.json({
        ok: true,
        authed_user: { id: 'U0ADA00001', access_token: 'xoxp-1' },
        team: { id: 'T0ACME0001', name: 'Acme Corp' },
      }),
    () => Response.json({ ok: true, user: { id: 'U0ADA00001', name }, team: { id: 'T0' } }),
  )
  const page = (await createBrowser().visit(callback)).text
  return { page, shown: shownOn(page).slice(0, 3) }
}

describe('the account', () => {
  test('is named as the link says, whatever the profile says', async () => {
    const profile = { firstName: 'Ada', email: 'ada@example.com' }
    const [, ...shown] = await shownFor(profile, { display: 'Ada at Acme' })
    expect(shown).toEqual(['Ada at Acme'])
  })

  test('is named by the name and the e-mail address of the subscriber', async () => {
    const name = { firstName: 'Ada', lastName: 'Lovelace' }
    const email = 'ada@example.com'
    expect((await shownFor({ ...name, email })).slice(1)).toEqual(['Ada Lovelace', email])
    expect((await shownFor({ email })).slice(1)).toEqual([email])
    expect((await shownFor({ lastName: 'Lovelace' })).slice(1)).toEqual(['Lovelace'])
  })

  test('is not named where there is no name, and the page says so', async () => {
    const [, id] = await shownFor({})
    expect(id).toBe(`named-${made}`)
    const { page } = await asked('unnamed', createBrowser(), {
      subscriberId: `named-${made}`,
      display: undefined,
    })
    expect(page.text).toContain('We cannot tell you the name of this account')
    expect(page.text).toContain('only if you came here from')
  })

  test('cannot change the page by its name', async () => {
    const evil = {
      firstName: '<img src=x onerror=alert(1)>\u202e',
      lastName: `\n\n${'W'.repeat(500)}`,
      email: 'a"b@example.com',
    }
    const [, name, email] = await shownFor(evil)
    expect(name).toStartWith('&lt;img src=x onerror=alert(1)&gt; WW')
    expect(name).not.toMatch(/[\u202e\n]/)
    expect([...(name ?? '').replaceAll(/&\w+;/g, '.')]).toHaveLength(80)
    expect(email).toBe('a&quot;b@example.com')
  })
})

describe('`display`', () => {
  for (const [name, display] of [
    ['with a line break', 'Ada\nLovelace'],
    ['with a control character', 'Ada\u0007'],
    ['with a character that reverses text', 'Ada \u202eecalevoL'],
    ['with an isolate', '\u2066Ada\u2069'],
    ['of 81 characters', 'a'.repeat(81)],
    ['that is empty', ''],
    ['that is no text', 7],
  ] as const) {
    test(`${name} is refused`, async () => {
      const { status, body } = await api('POST', LINK_PATH, { ...SAMPLE_BODY, display })
      expect([status, body]).toMatchObject([422, { errors: { display: {} } }])
    })
  }

  test('of 80 characters in any script is taken, and nothing in the link tells it', async () => {
    for (const display of ['a'.repeat(80), 'עדה לאבלייס', '李'.repeat(80), 'O’Neil & <b>']) {
      const { status, body } = await api('POST', LINK_PATH, { ...SAMPLE_BODY, display })
      expect(status).toBe(201)
      const { url } = body as { url: string }
      expect(url.length).toBeLessThan(1000)
      expect(decodeURIComponent(url)).not.toContain(display)
    }
  })
})

describe('the chat user', () => {
  test('is named as Slack says', async () => {
    expect((await shownAs('Ada Lovelace')).shown).toEqual([
      'Slack account',
      'Ada Lovelace',
      'Acme Corp',
    ])
  })

  test('is their id where Slack says no name, or one of nothing that can be seen', async () => {
    for (const name of [null, 7, '', '\u200b\u202e', '\u0000']) {
      expect((await shownAs(name)).shown[1]).toBe('U0ADA00001')
    }
  })

  test('cannot change the page by their name', async () => {
    const { page, shown } = await shownAs('</bdi></dl><form>\u202e\u0000\n(Acme Corp)')
    expect(shown[1]).toBe('&lt;/bdi&gt;&lt;/dl&gt;&lt;form&gt; (Acme Corp)')
    expect(page.match(/<form/g)).toHaveLength(1)
  })

  test('is not asked for where nobody is shown it', async () => {
    const plain = await startService()
    await plain.open(await plain.consent(await plain.link()))
    expect(plain.slackRequests.filter((path) => path.includes('users.identity'))).toEqual([])
    await plain.stop()
  })
})
