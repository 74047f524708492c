import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { chromiumPath, launchChromium } from '../harness/chromium.ts'
import { API_KEY, startService } from '../harness/service.ts'

const pictures = process.env['LATCH_TEST_PICTURES']

/** Swagger UI takes 5 seconds on a slow machine. */
const SLOW_MS = 30_000

describe.if(chromiumPath !== undefined)('the reference page, in a browser', async () => {
  const service = await startService()
  let browser: Browser

  beforeAll(async () => {
    browser = await launchChromium(String(chromiumPath))
  })
  afterAll(() => Promise.all([browser.close(), service.stop()]))

  test(
    'shows every operation with what latch itself serves, under its own strict policy',
    async () => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } })
      const complaints: string[] = []
      const asked: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('request', (request) => asked.push(request.url()))

      await page.goto(`${service.url}/openapi`)
      await page.getByText('Generate OAuth URL to link a subscriber user identity').waitFor()
      const { paths } = (await service.open(`${service.url}/openapi.json`)).body as {
        paths: Record<string, object>
      }
      const operations = Object.values(paths).flatMap((methods) => Object.keys(methods))
      expect(await page.locator('.opblock').count()).toBe(operations.length)
      if (pictures !== undefined) await page.screenshot({ path: `${pictures}/reference.png` })

      const ours = (address: string) =>
        address.startsWith(service.url) || address.startsWith('data:')
      expect(asked.filter((address) => !ours(address))).toEqual([])
      expect(complaints).toEqual([])
      await page.close()
    },
    SLOW_MS,
  )

  test(
    'tries an operation with a key',
    async () => {
      const page = await browser.newPage({ viewport: { width: 412, height: 900 } })
      await page.goto(`${service.url}/openapi`)
      await page.getByRole('button', { name: 'Authorize' }).first().click()
      await page
        .locator('input[aria-label="auth-apikey-value"], .auth-container input')
        .fill(`ApiKey ${API_KEY}`)
      await page.locator('.auth-btn-wrapper button.authorize').click()
      await page.locator('.auth-btn-wrapper button.btn-done').click()
      await page.getByText('List all channel endpoints').click()
      await page.getByRole('button', { name: 'Execute' }).click()
      const answer = page.locator('.live-responses-table .response')
      await answer.waitFor()
      expect(await answer.textContent()).toContain('200')
      if (pictures !== undefined) await page.screenshot({ path: `${pictures}/reference-phone.png` })
      await page.close()
    },
    SLOW_MS,
  )
})
