import { afterAll, describe, expect, test } from 'bun:test'
import { createBrowser } from '../../harness/browser.ts'
import { startService } from '../../harness/service.ts'
import { confirming } from './confirming.ts'

// docs/decisions/0029-confirmation.md
const service = await startService({ LATCH_USER_VERIFICATION: 'confirm' })
const { make, ask } = confirming(service)
const { api, consent, endpoints } = service
afterAll(() => service.stop())

const ADA = 'U0ADA00001'
const GRACE = 'U0GRACE002'
for (const subscriberId of ['ada', 'grace']) {
  await api('POST', '/v2/subscribers', { subscriberId, email: `${subscriberId}@example.com` })
}

const linkOf = (key: string, subscriberId: string) =>
  make(key, { subscriberId, display: undefined })

const linkedAs = async (key: string): Promise<unknown[]> =>
  (await endpoints(`contextKeys=key:${key}`)).map(({ subscriberId, endpoint }) => [
    subscriberId,
    (endpoint as { userId: string }).userId,
  ])

async function decide(
  { form }: Awaited<ReturnType<typeof ask>>,
  browser: ReturnType<typeof createBrowser>,
  decision: 'yes' | 'no',
) {
  return browser.post(form.action, { token: form.token, decision })
}

describe('what a confirmation proves: the chat user agrees to the account that is named', () => {
  test('the honest person links their own accounts', async () => {
    const browser = createBrowser()
    await decide(await ask((await linkOf('honest', 'ada')).url, browser, ADA), browser, 'yes')
    expect(await linkedAs('honest')).toEqual([['ada', ADA]])
  })

  test("who is sent somebody else's link reads whose it is, and declines", async () => {
    const browser = createBrowser()
    const sent = await linkOf('sent', 'grace')
    const at = await ask(sent.url, browser, ADA)
    expect(at.page.text).toContain('grace@example.com')
    await decide(at, browser, 'no')
    expect(await linkedAs('sent')).toEqual([])
    const honest = createBrowser()
    await decide(await ask(sent.url, honest, GRACE), honest, 'yes')
    expect(await linkedAs('sent')).toEqual([['grace', GRACE]])
  })

  test('who is sent the page of somebody else’s attempt cannot decide it', async () => {
    const at = await ask((await linkOf('page', 'ada')).url, createBrowser(), GRACE)
    const other = createBrowser()
    expect((await other.visit(at.page.address)).status).toBe(403)
    expect((await decide(at, other, 'yes')).status).toBe(403)
    expect(await linkedAs('page')).toEqual([])
  })

  test('who is sent the address of the callback, unopened, reads who signed in', async () => {
    const { url } = await linkOf('callback', 'ada')
    const callback = await consent(url, { user: GRACE })
    const page = await createBrowser().visit(callback)
    expect(page.text).toContain('Grace Hopper')
    expect(page.text).toContain('ada@example.com')
    expect(await linkedAs('callback')).toEqual([])
  })
})

/**
 * Where only `session` helps. Whoever holds a link is whoever it is for: `confirm` asks the person at
 * the provider, and nobody asks the subscriber.
 */
describe('what a confirmation does not prove: that the person is the subscriber', () => {
  test('who holds the link of another signs in as themselves, agrees, and is linked', async () => {
    const browser = createBrowser()
    await decide(await ask((await linkOf('stolen', 'ada')).url, browser, GRACE), browser, 'yes')
    expect(await linkedAs('stolen')).toEqual([['ada', GRACE]])
  })

  test('who agrees to an account that is not theirs, though it is named, is linked to it', async () => {
    const browser = createBrowser()
    await decide(await ask((await linkOf('careless', 'grace')).url, browser, ADA), browser, 'yes')
    expect(await linkedAs('careless')).toEqual([['grace', ADA]])
  })

  test('who is sent the callback of another, and agrees, links that person', async () => {
    const { url } = await linkOf('forwarded', 'ada')
    const browser = createBrowser()
    const callback = await consent(url, { user: GRACE })
    const page = await browser.visit(callback)
    service.advance(500)
    const [, token = ''] = /name="token" value="([^"]+)"/.exec(page.text) ?? []
    await browser.post(page.address, { token, decision: 'yes' })
    expect(await linkedAs('forwarded')).toEqual([['ada', GRACE]])
  })
})
