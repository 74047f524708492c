import { afterAll, describe, expect, test } from 'bun:test'
import { createBrowser, formOf } from '../../harness/browser.ts'
import { startService } from '../../harness/service.ts'
import { confirming, HALF_A_SECOND } from './confirming.ts'

const service = await startService({ LATCH_USER_VERIFICATION: 'confirm' })
const { asked, eventsOf } = confirming(service)
afterAll(() => service.stop())

const reasons = ['other_browser', 'form_forged']

describe('nobody else confirms', () => {
  const refuses = async (
    key: string,
    post: (at: Awaited<ReturnType<typeof asked>>) => Promise<{ status: number; text: string }>,
    says = 'Nothing was',
  ): Promise<void> => {
    const at = await asked(key)
    const refused = await post(at)
    expect([refused.status, refused.text.includes(says)]).toEqual([403, true])
    expect(await at.stored()).toEqual([])
    expect(reasons).toContain((await eventsOf(at.id)).at(-1)?.[1] ?? '')
    // The honest person can still go on.
    const page = await at.browser.visit(at.page.address)
    service.advance(HALF_A_SECOND)
    const { action, token } = formOf(page)
    await at.browser.post(action, { token, decision: 'yes' })
    expect(await at.stored()).toHaveLength(1)
  }

  test('in a browser to which the address was forwarded', async () => {
    await refuses('forwarded', ({ page }) => createBrowser().visit(page.address), 'other browser')
  })

  test('without the cookie, though the token is right', async () => {
    await refuses('no-cookie', ({ form }) =>
      createBrowser().post(form.action, { token: form.token, decision: 'yes' }),
    )
  })

  test('with the cookie of another attempt', async () => {
    const other = await asked('other-attempt')
    await refuses('cookie-of-another', ({ form }) =>
      other.browser.post(form.action, { token: form.token, decision: 'yes' }),
    )
  })

  test('without a token, with a made-up one, or with that of another attempt', async () => {
    const other = await asked('token-of')
    for (const [index, token] of ['', 'a.b', 'zz', other.form.token].entries()) {
      await refuses(`token-${index}`, ({ form, browser }) =>
        browser.post(form.action, { token, decision: 'yes' }),
      )
    }
  })

  test('from another origin, or from nowhere', async () => {
    for (const [index, origin] of ['https://evil.example', 'null', ''].entries()) {
      await refuses(`origin-${index}`, ({ form, browser }) =>
        browser.post(form.action, { token: form.token, decision: 'yes' }, { origin }),
      )
    }
  })

  test('without a decision', async () => {
    await refuses('undecided', ({ form, browser }) =>
      browser.post(form.action, { token: form.token }),
    )
  })
})
