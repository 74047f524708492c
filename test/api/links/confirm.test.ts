import { afterAll, describe, expect, test } from 'bun:test'
import { createBrowser, formOf } from '../../harness/browser.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'
import { confirming, HALF_A_SECOND } from './confirming.ts'

const service = await startService({ LATCH_USER_VERIFICATION: 'confirm' })
const { consent, endpoints } = service
const { make, ask, asked, statusOf, eventsOf } = confirming(service)
afterAll(() => service.stop())

describe('a user who must confirm', () => {
  test('is shown both accounts, and nothing is stored until they agree', async () => {
    const { id, page, form, browser, stored } = await asked('agrees')
    expect(page.status).toBe(200)
    for (const shown of ['Ada Lovelace', 'Acme Corp', 'ada@example.com', 'Slack']) {
      expect(page.text).toContain(`<bdi>${shown}`)
    }
    expect(await stored()).toEqual([])
    expect(await statusOf(id)).toMatchObject({ status: 'waiting', usable: true })
    const done = await browser.post(form.action, { token: form.token, decision: 'yes' })
    expect([done.status, done.text.includes('all set')]).toEqual([200, true])
    expect(done.text).toContain('ada@example.com')
    expect(await stored()).toMatchObject([{ endpoint: { userId: 'U0ADA00001' } }])
    expect(await statusOf(id)).toMatchObject({ status: 'linked', usable: false })
    expect(await eventsOf(id)).toEqual([['endpoint.linked', null]])
  })

  test('says no: nothing is stored, and the link still works', async () => {
    const { id, url, form, browser, stored } = await asked('declines')
    const no = await browser.post(form.action, { token: form.token, decision: 'no' })
    expect([no.status, no.text.includes('nothing was linked')]).toEqual([400, true])
    expect(await eventsOf(id)).toEqual([['link.failed', 'declined']])
    expect(await statusOf(id)).toMatchObject({ status: 'failed', reason: 'declined', usable: true })
    const page = await browser.visit(await consent(url))
    service.advance(HALF_A_SECOND)
    const again = formOf(page)
    await browser.post(again.action, { token: again.token, decision: 'yes' })
    expect(await stored()).toHaveLength(1)
  })

  test('sees the page again after a reload of the callback, and the outcome afterwards', async () => {
    const { callback, browser, form, page } = await asked('reloads')
    const again = await browser.visit(callback)
    expect([again.status, again.address]).toEqual([200, page.address])
    const elsewhere = await createBrowser().visit(callback)
    expect(elsewhere.text).toContain('This is done')
    await browser.post(form.action, { token: form.token, decision: 'yes' })
    for (const address of [callback, page.address]) {
      const later = await browser.visit(address)
      expect([later.status, later.text.includes('all set')]).toEqual([200, true])
    }
  })

  test('answers too late: nothing is stored', async () => {
    const { id, form, browser, stored } = await asked('late')
    service.advance(10 * 60_000 + 1)
    const late = await browser.post(form.action, { token: form.token, decision: 'yes' })
    expect([late.status, late.text.includes('This took too long')]).toEqual([400, true])
    expect(await stored()).toEqual([])
    expect(await eventsOf(id)).toEqual([['link.failed', 'confirmation_expired']])
    service.advance(-10 * 60_000 - 1)
  })

  test('answers before they could read the page, and is asked again', async () => {
    const { form, browser, stored } = await asked('quick')
    service.advance(-HALF_A_SECOND)
    const quick = await browser.post(form.action, { token: form.token, decision: 'yes' })
    expect([quick.status, quick.text.includes('Link these two')]).toEqual([200, true])
    expect(await stored()).toEqual([])
    service.advance(HALF_A_SECOND)
    const { token } = formOf({ text: quick.text, address: form.action })
    await browser.post(form.action, { token, decision: 'yes' })
    expect(await stored()).toHaveLength(1)
  })

  test('is asked nothing where the link would be refused', async () => {
    const { url } = await make('refused')
    const page = await createBrowser().visit(await consent(url, { user: 'U0MALLORY4' }))
    expect([page.status, page.text.includes('<form')]).toEqual([409, false])
  })

  test('is told apart from a program, which gets the address of the page and the cookie', async () => {
    const { url, stored } = await make('program')
    const callback = await consent(url)
    const told = await service.open(callback, { accept: 'application/json' })
    expect([told.status, told.body]).toEqual([
      202,
      { status: 'confirmation_required', confirmUrl: expect.stringContaining(service.url) },
    ])
    expect(told.headers.getSetCookie()).toHaveLength(1)
    expect(await stored()).toEqual([])
  })

  test('is not asked by a prefetch, nor by a bot that makes a preview', async () => {
    const { page, browser } = await asked('prefetched')
    const prefetch = await fetch(page.address, {
      headers: { 'sec-purpose': 'prefetch', cookie: browser.cookie() },
    })
    expect(prefetch.status).toBe(204)
  })
})

describe('two answers at once', () => {
  test('store once, and say the same', async () => {
    const { form, browser, stored, id } = await asked('twice')
    const post = () => browser.post(form.action, { token: form.token, decision: 'yes' })
    const answers = await Promise.all([post(), post(), post()])
    for (const { status, text } of [...answers, await post()]) {
      expect([status, text.includes('all set')]).toEqual([200, true])
    }
    expect(await stored()).toHaveLength(1)
    expect(await eventsOf(id)).toEqual([['endpoint.linked', null]])
  })

  test('yes and no: one of them counts, and both hear which', async () => {
    const { form, browser, stored } = await asked('yes-and-no')
    const post = (decision: string) => browser.post(form.action, { token: form.token, decision })
    const answers = await Promise.all([post('yes'), post('no')])
    const [first] = answers
    expect(answers.map(({ status }) => status)).toEqual([first.status, first.status])
    expect(await stored()).toHaveLength(first.status === 200 ? 1 : 0)
  })

  test('of two attempts of one link: the second hears that it was used', async () => {
    const one = await asked('two-attempts')
    const other = createBrowser()
    const { form } = await ask(one.url, other, 'U0GRACE002')
    await one.browser.post(one.form.action, { token: one.form.token, decision: 'yes' })
    const late = await other.post(form.action, { token: form.token, decision: 'yes' })
    expect([late.status, late.text.includes('already')]).toEqual([409, true])
    expect(await one.stored()).toMatchObject([{ endpoint: { userId: 'U0ADA00001' } }])
  })
})

describe('what is gone before the answer', () => {
  test('a subscriber, also one of the same id who came after them', async () => {
    await service.api('POST', '/v2/subscribers', { subscriberId: 'leaver' })
    for (const returns of [false, true]) {
      await service.api('POST', '/v2/subscribers', { subscriberId: 'leaver' })
      const { form, browser } = await asked('leaver', undefined, { subscriberId: 'leaver' })
      await service.api('DELETE', '/v2/subscribers/leaver')
      if (returns) await service.api('POST', '/v2/subscribers', { subscriberId: 'leaver' })
      const late = await browser.post(form.action, { token: form.token, decision: 'yes' })
      expect(late.status).toBe(returns ? 409 : 404)
      expect(await endpoints('subscriberId=leaver')).toEqual([])
    }
  })

  test('a connection', async () => {
    const connectionIdentifier = 'leaves'
    await service.api('POST', '/v1/channel-connections', {
      identifier: connectionIdentifier,
      integrationIdentifier: SANDBOX.integrationIdentifier,
      context: { key: 'gone-connection' },
      connectionMode: 'shared',
      workspace: { id: 'T0ACME0001' },
      auth: { accessToken: 'xoxb-leaves' },
    })
    const { form, browser, stored } = await asked('gone', undefined, { connectionIdentifier })
    await service.api('DELETE', `/v1/channel-connections/${connectionIdentifier}`)
    const late = await browser.post(form.action, { token: form.token, decision: 'yes' })
    expect(late.status).toBe(404)
    expect(await stored()).toEqual([])
  })
})
