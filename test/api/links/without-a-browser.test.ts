import { afterAll, describe, expect, test } from 'bun:test'
import { sameBrowser } from '../../harness/attempts.ts'
import { createBrowser } from '../../harness/browser.ts'
import { type Answer, startService } from '../../harness/service.ts'
import { confirming } from './confirming.ts'
import { createInstalls } from './installs.ts'

const service = await startService({ LATCH_USER_VERIFICATION: 'confirm' })
const { consent, open } = service
afterAll(() => service.stop())
const { make, asked } = confirming(service)
const { installing, stored } = await createInstalls(service)

const JSON_ONLY = { accept: 'application/json' }
/** What clients send that know nothing of pages. */
const PROGRAMS: [string, Record<string, string>][] = [
  ['curl', { accept: '*/*' }],
  ['a client for JSON', JSON_ONLY],
]

const mustConfirm = {
  status: 'confirmation_required',
  confirmUrl: expect.stringContaining(`${service.url}/`),
}
const addressOf = ({ body }: Answer): string => (body as { confirmUrl: string }).confirmUrl
const keeping = (first: Answer) => ({ ...sameBrowser(first), ...JSON_ONLY })

// docs/decisions/0008-callback-order.md
describe('a program', () => {
  for (const [client, headers] of PROGRAMS) {
    test(`(${client}) that completes a link hears that a user must confirm it`, async () => {
      const link = await make(`program-${client.length}`)
      const first = await open(await consent(link.url), headers)
      expect([first.status, first.body]).toEqual([202, mustConfirm])
      expect(await link.stored()).toEqual([])
    })
  }

  test('hears the same of an install', async () => {
    const { name, callback } = await installing()
    const first = await open(callback, JSON_ONLY)
    expect([first.status, first.body, await stored(name)]).toEqual([202, mustConfirm, 404])
  })

  test('hears it again as often as it asks, at the callback and at the page', async () => {
    const { name, callback } = await installing()
    const first = await open(callback, JSON_ONLY)
    for (const address of [callback, addressOf(first)]) {
      const again = await open(address, keeping(first))
      expect([again.status, again.body]).toEqual([202, mustConfirm])
    }
    expect(await stored(name)).toBe(404)
  })

  test('without the cookie hears nothing at the callback, and an error at the page', async () => {
    const link = await make('no-cookie')
    const callback = await consent(link.url)
    const first = await open(callback, JSON_ONLY)
    const again = await open(callback, JSON_ONLY)
    expect([again.status, again.body]).toEqual([200, undefined])
    const page = await open(addressOf(first), JSON_ONLY)
    expect([page.status, page.body]).toMatchObject([
      403,
      { statusCode: 403, ctx: { code: 'other_browser' } },
    ])
  })

  test('cannot confirm: its form is not from a page of latch', async () => {
    const { name, callback } = await installing()
    const first = await open(callback, JSON_ONLY)
    const sent = await fetch(addressOf(first), {
      method: 'POST',
      headers: keeping(first),
      body: new URLSearchParams({ token: 'x', decision: 'yes' }),
    })
    expect([sent.status, await sent.json()]).toMatchObject([403, { ctx: { code: 'form_forged' } }])
    expect(await stored(name)).toBe(404)
  })

  test('hands the cookie and the address to a browser, in which the user then confirms', async () => {
    const { name, callback } = await installing()
    const first = await open(callback, JSON_ONLY)
    const page = await open(addressOf(first), sameBrowser(first))
    expect([page.status, page.text.includes('Connect this workspace?')]).toEqual([200, true])
    expect(await stored(name)).toBe(404)
  })

  test('that asks after the user has decided hears how', async () => {
    const { callback, browser, form } = await asked('decided')
    await browser.post(form.action, { token: form.token, decision: 'no' })
    const told = await open(callback, { ...JSON_ONLY, cookie: browser.cookie() })
    expect([told.status, told.body]).toMatchObject([400, { ctx: { code: 'declined' } }])
  })

  test('that sends the form of a page gets JSON, not a page', async () => {
    const browser = createBrowser()
    const { form, page, stored: linked } = await asked('json-form', browser)
    service.advance(-500)
    const early = await browser.post(form.action, { token: form.token, decision: 'yes' }, JSON_ONLY)
    expect([early.status, early.body]).toEqual([202, mustConfirm])
    expect(await linked()).toEqual([])
    service.advance(500)
    const refused = await browser.post(form.action, { token: form.token, decision: 'x' }, JSON_ONLY)
    expect([refused.status, refused.body]).toMatchObject([403, { ctx: { code: 'form_forged' } }])
    expect(page.text).toContain('<form')
  })
})
