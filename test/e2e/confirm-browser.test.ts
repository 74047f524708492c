import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { chromiumPath, launchChromium } from '../harness/chromium.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { startService } from '../harness/service.ts'

/** Set to keep a picture of every page, to be looked at. */
const pictures = process.env['LATCH_TEST_PICTURES']

const PHONE = { viewport: { width: 360, height: 740 } }

describe.if(chromiumPath !== undefined)('a user who must confirm, in a browser', async () => {
  const service = await startService({ LATCH_USER_VERIFICATION: 'confirm' })
  let chromium: Browser

  beforeAll(async () => {
    chromium = await launchChromium(String(chromiumPath))
  })
  afterAll(() => Promise.all([chromium.close(), service.stop()]))

  /** Consents in a browser of their own, and comes to the page that asks. */
  async function asked(
    key: string,
    options: Parameters<Browser['newContext']>[0] = {},
    body: object = {},
  ): Promise<{ context: BrowserContext; page: Page }> {
    const link = await service.link({ context: { key }, display: 'ada@example.com', ...body })
    const context = await chromium.newContext({ ...PHONE, ...options })
    const page = await context.newPage()
    await page.goto(await service.consent(link))
    return { context, page }
  }

  const stored = (key: string) => service.endpoints(`contextKeys=key:${key}`)

  async function picture(page: Page, name: string): Promise<void> {
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png` })
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`agrees, and can undo it (${colorScheme})`, async () => {
      const { context, page } = await asked(colorScheme, { colorScheme })
      await page.waitForTimeout(600)
      await picture(page, `confirm-${colorScheme}`)
      // Both buttons are on the screen of a phone.
      for (const name of ['Cancel', 'Link']) {
        const box = await page.getByRole('button', { name, exact: true }).boundingBox()
        expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(PHONE.viewport.height)
      }
      await page.getByRole('button', { name: 'Link', exact: true }).click()
      await page.getByText("You're all set").waitFor()
      expect(await stored(colorScheme)).toHaveLength(1)
      await page.waitForTimeout(600)
      await picture(page, `confirmed-${colorScheme}`)
      await page.getByRole('button', { name: 'Undo' }).click()
      await page.getByText('no longer linked').waitFor()
      await picture(page, `undone-${colorScheme}`)
      expect(await stored(colorScheme)).toEqual([])
      await context.close()
    })
  }

  test('needs no script', async () => {
    const { context, page } = await asked('scriptless', { javaScriptEnabled: false })
    await page.waitForTimeout(600)
    await page.getByRole('button', { name: 'Link', exact: true }).click()
    await page.getByText("You're all set").waitFor()
    expect(await stored('scriptless')).toHaveLength(1)
    await context.close()
  })

  for (const javaScriptEnabled of [true, false]) {
    test(`confirms nothing by a click or a key at once, with${javaScriptEnabled ? '' : 'out'} script`, async () => {
      const key = `quick-${javaScriptEnabled}`
      const { context, page } = await asked(key, { javaScriptEnabled })
      const box = await page.getByRole('button', { name: 'Link', exact: true }).boundingBox()
      await page.reload()
      await page.mouse.dblclick((box?.x ?? 0) + 20, (box?.y ?? 0) + 20)
      await page.keyboard.press('Enter')
      await page.keyboard.press('Space')
      await page.waitForTimeout(700)
      expect(await page.locator('h1').textContent()).toBe('Link these two accounts?')
      expect(await stored(key)).toEqual([])
      await context.close()
    })
  }

  test('is inert again for half a second when the page comes to the front', async () => {
    const { context, page } = await asked('front')
    const button = page.getByRole('button', { name: 'Link', exact: true })
    await page.waitForTimeout(600)
    expect(await button.isEnabled()).toBe(true)
    await page.evaluate('dispatchEvent(new Event("focus"))')
    expect(await button.isEnabled()).toBe(false)
    await page.waitForTimeout(600)
    expect(await button.isEnabled()).toBe(true)
    await context.close()
  })

  test('goes on to the page of the product, and to where that leads', async () => {
    const product = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: ({ url }) => {
        const { pathname, search } = new URL(url)
        const there = `http://localhost:${new URL(url).port}/there${search}`
        return pathname === '/there'
          ? new Response('<h1>Welcome back</h1>', { headers: { 'content-type': 'text/html' } })
          : Response.redirect(there)
      },
    })
    const credentials = {
      clientId: SANDBOX.clientId,
      secretKey: SANDBOX.clientSecret,
      redirectUrl: `${product.url}done`,
    }
    const integration = { providerId: 'slack', channel: 'chat', identifier: 'goes-on', credentials }
    expect((await service.api('POST', '/v1/integrations', integration)).status).toBe(201)
    const body = { integrationIdentifier: 'goes-on', connectionIdentifier: undefined }
    for (const [decision, search] of [
      ['Cancel', '?status=error&error=declined'],
      ['Link', '?status=linked'],
    ]) {
      const { context, page } = await asked('goes-on', {}, body)
      await page.waitForTimeout(600)
      await page.getByRole('button', { name: String(decision), exact: true }).click()
      await page.getByText('Welcome back').waitFor()
      expect(new URL(page.url()).search).toBe(String(search))
      await context.close()
    }
    await product.stop(true)
  })
})
