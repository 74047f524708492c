import { afterAll, describe, expect, test } from 'bun:test'
import { createBrowser, formOf } from '../../harness/browser.ts'
import { startService } from '../../harness/service.ts'
import { confirming } from './confirming.ts'

const service = await startService({ LATCH_USER_VERIFICATION: 'confirm' })
const { linked, eventsOf, statusOf } = confirming(service)
afterAll(() => service.stop())

const TEN_MINUTES = 10 * 60_000

describe('who was just linked', () => {
  test('undoes it: exactly that is gone, the operator hears it, and the link stays used', async () => {
    const other = await linked('stays')
    const { id, done, browser, stored, callback } = await linked('undone')
    expect(await stored()).toHaveLength(1)
    const { action, token } = formOf(done)
    const page = await browser.post(action, { token })
    expect([page.status, page.text.includes('no longer linked')]).toEqual([200, true])
    expect(await stored()).toEqual([])
    expect(await other.stored()).toHaveLength(1)
    expect(await eventsOf(id)).toEqual([
      ['endpoint.linked', null],
      ['endpoint.deleted', 'undone'],
    ])
    expect(await statusOf(id)).toMatchObject({
      status: 'failed',
      reason: 'undone',
      usable: false,
      endpointIdentifier: null,
    })
    for (const again of [await browser.visit(callback), await browser.post(action, { token })]) {
      expect(again.text).not.toContain('all set')
    }
    expect(await eventsOf(id)).toHaveLength(2)
  })

  test('undoes it once, though they click twice', async () => {
    const { id, done, browser } = await linked('twice')
    const { action, token } = formOf(done)
    const pages = await Promise.all([1, 2].map(() => browser.post(action, { token })))
    expect(pages.map(({ status }) => status)).toEqual([200, 200])
    expect((await browser.post(action, { token })).text).toContain('no longer linked')
    expect(await eventsOf(id)).toHaveLength(2)
  })

  test('cannot undo it after ten minutes', async () => {
    const { done, browser, stored, callback } = await linked('late')
    const { action, token } = formOf(done)
    service.advance(TEN_MINUTES)
    const late = await browser.post(action, { token })
    expect([late.status, late.text.includes('cannot be undone here')]).toEqual([409, true])
    expect((await browser.visit(callback)).text).not.toContain('<form')
    expect(await stored()).toHaveLength(1)
    service.advance(-TEN_MINUTES)
  })

  test('cannot undo what somebody has changed since', async () => {
    const { done, browser, stored } = await linked('changed')
    const [before] = await stored()
    const path = `/v1/channel-endpoints/${before?.['identifier']}`
    await service.api('PATCH', path, { endpoint: { userId: 'U0GRACE002' } })
    const { action, token } = formOf(done)
    expect((await browser.post(action, { token })).status).toBe(409)
    expect(await stored()).toMatchObject([{ endpoint: { userId: 'U0GRACE002' } }])
  })

  test('has nothing to undo if they were linked as the same user before', async () => {
    await linked('again')
    const { done, stored } = await linked('again')
    expect(done.status).toBe(200)
    expect(done.text).not.toContain('<form')
    expect(await stored()).toHaveLength(1)
  })
})

describe('nobody else undoes it', () => {
  test('without the cookie, from another origin, or with the token of another form', async () => {
    const { done, browser, stored, form } = await linked('other')
    const { action, token } = formOf(done)
    const tries = [
      await createBrowser().post(action, { token }),
      await browser.post(action, { token }, { origin: 'https://evil.example' }),
      await browser.post(action, { token: form.token }),
      await browser.post(action, {}),
    ]
    expect(tries.map(({ status }) => status)).toEqual([403, 403, 403, 403])
    expect(await stored()).toHaveLength(1)
    expect((await browser.open(action)).status).toBe(405)
  })
})
