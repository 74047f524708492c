import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { chromiumPath, launchChromium } from '../harness/chromium.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { startService } from '../harness/service.ts'

/** Set to keep a picture of every page, to be looked at. */
const pictures = process.env['LATCH_TEST_PICTURES']

describe.if(chromiumPath !== undefined)('in a browser', async () => {
  const service = await startService()
  let browser: Browser

  beforeAll(async () => {
    browser = await launchChromium(String(chromiumPath))
  })
  afterAll(() => browser.close())

  async function visit(width: number, address: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 900 } })
    await page.goto(address)
    return page
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png` })
  }

  // docs/providers.md#popups
  test('the page that opened a popup receives the result, only at its own origin', async () => {
    const opener = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: () =>
        new Response(
          '<!doctype html><script>onmessage = (e) => { heard = e.data }; heard = null</script>',
          {
            headers: { 'content-type': 'text/html' },
          },
        ),
    })
    try {
      for (const [identifier, openerOrigin, heard] of [
        ['opened', opener.url.origin, { source: 'latch', status: 'linked', error: null }],
        ['elsewhere', 'https://elsewhere.example', null],
      ] as const) {
        const credentials = {
          clientId: SANDBOX.clientId,
          secretKey: SANDBOX.clientSecret,
          openerOrigin,
        }
        const body = { providerId: 'slack', channel: 'chat', identifier, credentials }
        expect((await service.api('POST', '/v1/integrations', body)).status).toBe(201)
        const link = await service.link({
          integrationIdentifier: identifier,
          connectionIdentifier: undefined,
        })
        const page = await visit(1280, opener.url.href)
        const opened = page.waitForEvent('popup')
        await page.evaluate(`void window.open(${JSON.stringify(link)})`)
        const popup = await opened
        await popup.getByRole('button', { name: 'Allow' }).click()
        await popup.waitForURL(/oauth\/callback/)
        const close = popup.getByRole('button', { name: 'Close' })
        await close.waitFor()
        expect(await page.evaluate('heard')).toEqual(heard)
        const closed = popup.waitForEvent('close')
        // The page may be gone before it could tell that it was clicked.
        await Promise.all([closed, close.dispatchEvent('click').catch(() => null)])
        await page.close()
      }
    } finally {
      await opener.stop(true)
    }
  })

  for (const [device, width] of [
    ['phone', 412],
    ['desktop', 1280],
  ] as const) {
    // docs/novu.md#where-latch-differs
    test(`on a ${device}, a user consents, and the backend reads who it was`, async () => {
      const link = await service.link({ context: { device } })
      const page = await visit(width, link.toString())
      await picture(page, `${device}-consent`)
      await page.getByRole('radio', { name: /Grace Hopper/ }).check()
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.waitForURL(/oauth\/callback/)
      expect(await page.getByRole('heading').textContent()).toBe("You're all set")
      expect(await page.locator('.card').getAttribute('data-state')).toBe('success')
      await picture(page, `${device}-linked`)
      expect(await service.endpoints(`contextKeys=device:${device}`)).toMatchObject([
        { type: 'slack_user', endpoint: { userId: 'U0GRACE002' } },
      ])

      await page.reload()
      expect(await page.getByRole('heading').textContent()).toBe("You're all set")
      await page.close()
    })

    test(`on a ${device}, an administrator connects Teams, and links themselves`, async () => {
      const { body } = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
        integrationIdentifier: 'msteams',
        subscriberId: 'subscriber-123',
        context: { teams: device },
        autoLinkUser: true,
      })
      const page = await visit(width, (body as { url: string }).url)
      await picture(page, `${device}-admin-consent`)
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.getByRole('heading', { name: /wants to sign you in/ }).waitFor()
      await picture(page, `${device}-microsoft-consent`)
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.getByRole('heading', { name: 'Connect this organisation?' }).waitFor()
      await picture(page, `${device}-confirm-consent`)
      expect(await service.endpoints(`contextKeys=teams:${device}`)).toEqual([])
      await page.getByRole('checkbox').check()
      await page.getByRole('button', { name: 'Connect' }).click()
      await page.getByRole('heading', { name: "You're all set" }).waitFor()
      await picture(page, `${device}-teams-linked`)
      expect(await service.endpoints(`contextKeys=teams:${device}`)).toMatchObject([
        { type: 'ms_teams_user' },
      ])
      await page.close()
    })

    test(`on a ${device}, whoever installs the app in Slack agrees at latch, and is linked too`, async () => {
      const { body } = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
        integrationIdentifier: 'slack',
        subscriberId: 'subscriber-123',
        context: { installed: device },
        autoLinkUser: true,
      })
      const page = await visit(width, (body as { url: string }).url)
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.getByRole('heading', { name: 'Connect this workspace?' }).waitFor()
      await picture(page, `${device}-confirm-install`)
      expect(await service.endpoints(`contextKeys=installed:${device}`)).toEqual([])
      expect(await page.getByRole('checkbox').isChecked()).toBe(false)
      await page.getByLabel(/Also link my own Slack account/).check()
      await page.getByRole('button', { name: 'Connect' }).click()
      await page.getByRole('heading', { name: "You're all set" }).waitFor()
      expect(await service.endpoints(`contextKeys=installed:${device}`)).toMatchObject([
        { type: 'slack_user' },
      ])
      await page.close()
    })

    test(`on a ${device}, a newcomer chooses what is to go wrong at Microsoft`, async () => {
      const context = { wrong: device }
      const link = await service.link({
        integrationIdentifier: 'msteams',
        connectionIdentifier: undefined,
        context,
      })
      const page = await visit(width, link.toString())
      await page.getByText('Make something go wrong').click()
      await page.getByLabel('What should go wrong').selectOption('error')
      await picture(page, `${device}-faults`)
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.waitForURL(/oauth\/callback/)
      expect(await page.getByRole('heading').textContent()).toBe('Microsoft Teams is not answering')
      await picture(page, `${device}-provider-down`)
      expect(await service.endpoints(`contextKeys=wrong:${device}`)).toEqual([])
      await page.close()
    })

    // docs/providers.md#declined-and-failed-consent
    test(`on a ${device}, a user who cancels is told that nothing was linked`, async () => {
      const page = await visit(width, (await service.link({ context: { no: device } })).toString())
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.waitForURL(/oauth\/callback/)
      expect(await page.getByRole('heading').textContent()).toBe('Cancelled')
      await picture(page, `${device}-cancelled`)
      expect(await service.endpoints(`contextKeys=no:${device}`)).toEqual([])
      await page.close()
    })
  }
})
