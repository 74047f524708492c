import { afterAll, describe, expect, test } from 'bun:test'
import type { PresentedEvent } from '../../../src/domain/events/present.ts'
import { createBrowser, formOf, type TestBrowser } from '../../harness/browser.ts'
import { startService } from '../../harness/service.ts'
import { confirming, HALF_A_SECOND } from './confirming.ts'

const service = await startService({ LATCH_USER_VERIFICATION: 'confirm' })
const { make, linked, asked, statusOf } = confirming(service)
const { api, consent, endpoints } = service
afterAll(() => service.stop())

for (const subscriberId of ['theirs', 'other']) {
  await api('POST', '/v2/subscribers', { subscriberId, email: `${subscriberId}@example.com` })
}

/** A chat user who is linked to another subscriber comes back from the provider. */
async function conflict(key: string, browser: TestBrowser = createBrowser()) {
  const other = await linked(key, createBrowser(), { subscriberId: 'other' })
  service.advance(1)
  const link = await make(key, { subscriberId: 'theirs' })
  const callback = await consent(link.url)
  const page = await browser.visit(callback)
  service.advance(HALF_A_SECOND)
  return { ...link, callback, other, browser, page }
}

async function eventsSince(key: string): Promise<PresentedEvent[]> {
  const { body } = await api('GET', '/v1/events?limit=100')
  const { data } = body as { data: PresentedEvent[] }
  return data.filter(({ data: { contextKeys } }) => String(contextKeys) === `key:${key}`)
}

const ownersOf = async (key: string): Promise<unknown[]> =>
  (await endpoints(`contextKeys=key:${key}`)).map(({ subscriberId }) => subscriberId)

describe('a chat user who is linked to another account', () => {
  test('unlinks it on the page that says so, and is then linked by the same link', async () => {
    const { id, page, browser } = await conflict('unlinks')
    expect([page.status, page.text.includes('already linked to another account')]).toEqual([
      409,
      true,
    ])
    for (const told of ['other@example.com', '>other<']) expect(page.text).not.toContain(told)
    const { action, token } = formOf(page)
    const done = await browser.post(action, { token })
    expect([done.status, done.text.includes('Unlinked from the other account')]).toEqual([
      200,
      true,
    ])
    expect(await ownersOf('unlinks')).toEqual([])
    const events = (await eventsSince('unlinks')).slice(-2)
    const told = events.map(({ type, reason, subscriberId }) => [type, reason, subscriberId])
    expect(told.toSorted()).toEqual([
      ['endpoint.deleted', 'unlinked_by_user', 'other'],
      ['link.other_unlinked', null, 'theirs'],
    ])
    expect(await statusOf(id)).toMatchObject({ subscriberId: 'theirs', usable: true })
    const again = await asked('unlinks', browser, { subscriberId: 'theirs' })
    await browser.post(again.form.action, { token: again.form.token, decision: 'yes' })
    expect(await ownersOf('unlinks')).toEqual(['theirs'])
  })

  test('unlinks it once, and hears the same again', async () => {
    const { page, browser, callback } = await conflict('twice')
    const { action, token } = formOf(page)
    const pages = await Promise.all([1, 2].map(() => browser.post(action, { token })))
    expect(pages.map(({ status }) => status)).toEqual([200, 200])
    expect((await browser.visit(callback)).text).toContain('Unlinked from the other account')
    const deleted = (await eventsSince('twice')).filter(({ type }) => type === 'endpoint.deleted')
    expect(deleted).toHaveLength(1)
  })

  test('cannot unlink what was changed since they signed in, nor after ten minutes', async () => {
    const changed = await conflict('changed')
    const [endpoint] = await endpoints('contextKeys=key:changed')
    await api('PATCH', `/v1/channel-endpoints/${endpoint?.['identifier']}`, {
      endpoint: { userId: 'U0GRACE002' },
    })
    const late = await conflict('late')
    for (const { page, browser } of [changed, late]) {
      const { action, token } = formOf(page)
      if (page === late.page) service.advance(10 * 60_000)
      const refused = await browser.post(action, { token })
      expect([refused.status, refused.text.includes('cannot be unlinked here')]).toEqual([
        409,
        true,
      ])
    }
    expect(await ownersOf('changed')).toEqual(['other'])
    expect(await ownersOf('late')).toEqual(['other'])
    service.advance(-10 * 60_000)
  })
})

test('nobody else unlinks it', async () => {
  const { page, browser, other, callback } = await conflict('nobody')
  const { action, token } = formOf(page)
  const tries = [
    await createBrowser().post(action, { token }),
    await browser.post(action, { token }, { origin: 'https://evil.example' }),
    await browser.post(action, { token: other.form.token }),
    await browser.post(action, {}),
  ]
  expect(tries.map(({ status }) => status)).toEqual([403, 403, 403, 403])
  expect((await createBrowser().visit(callback)).text).not.toContain('<form')
  expect(await ownersOf('nobody')).toEqual(['other'])
})
