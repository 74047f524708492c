import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { chromiumPath, launchChromium } from '../harness/chromium.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { startService } from '../harness/service.ts'

const DONE = "You're all set"
const [ADA, GRACE, MALLORY] = [/Ada Lovelace/, /Grace Hopper/, /Mallory/]

// docs/decisions/0007-single-use-links.md
describe.if(chromiumPath !== undefined)(
  'one link, and two people with a browser each',
  async () => {
    const service = await startService()
    let browser: Browser
    const profiles: BrowserContext[] = []

    beforeAll(async () => {
      browser = await launchChromium(String(chromiumPath))
    })
    afterAll(async () => {
      await browser.close()
      await service.stop()
    })

    /** A page in a profile of its own, which shares no cookie with any other. */
    async function newPerson(): Promise<Page> {
      const profile = await browser.newContext()
      profiles.push(profile)
      return profile.newPage()
    }

    /** Opens the link, chooses who to be at Slack, and returns what the page at the end says. */
    async function follow(page: Page, link: URL, who: RegExp): Promise<string | null> {
      await page.goto(link.toString())
      await page.getByRole('radio', { name: who }).check()
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.waitForURL(/oauth\/callback/)
      return heading(page)
    }

    const heading = (page: Page): Promise<string | null> => page.getByRole('heading').textContent()
    const stored = async (key: string): Promise<unknown[]> =>
      (await service.endpoints(`contextKeys=key:${key}`)).map(({ endpoint }) => endpoint)

    test('the second one reads that it was used, and nothing about the first', async () => {
      const link = await service.link({ context: { key: 'two' } })
      const [ada, grace] = [await newPerson(), await newPerson()]
      expect(await follow(ada, link, ADA)).toBe(DONE)
      expect(await follow(grace, link, GRACE)).toBe('This link was already used')
      expect(await grace.locator('main').textContent()).not.toMatch(/Ada|Acme|all set/)
      expect(await stored('two')).toEqual([{ userId: 'U0ADA00001' }])
      // Each reads the same again.
      for (const page of [ada, grace]) await page.reload()
      expect(await heading(ada)).toBe(DONE)
      expect(await heading(grace)).toBe('This link was already used')
      // Going back to Slack and consenting once more makes no difference.
      expect(await follow(ada, link, GRACE)).toBe('This link was already used')
      expect(await stored('two')).toEqual([{ userId: 'U0ADA00001' }])
    })

    test('who gets the address of the result reads only that it is done', async () => {
      const link = await service.link({ context: { key: 'forwarded' } })
      const [ada, grace] = [await newPerson(), await newPerson()]
      expect(await follow(ada, link, ADA)).toBe(DONE)
      await grace.goto(ada.url())
      expect(await heading(grace)).toBe('This is done')
      expect(await grace.locator('.card').getAttribute('data-state')).toBe('over')
      expect(await grace.locator('main').textContent()).not.toMatch(/Slack|linked|all set/)
      await ada.reload()
      expect(await heading(ada)).toBe(DONE)
    })

    test('a stranger who cancels, or comes from elsewhere, leaves it to the right person', async () => {
      const link = await service.link({ context: { key: 'left' } })
      const [stranger, ada] = [await newPerson(), await newPerson()]
      await stranger.goto(link.toString())
      await stranger.getByRole('button', { name: 'Cancel' }).click()
      await stranger.waitForURL(/oauth\/callback/)
      expect(await heading(stranger)).toBe('Cancelled')
      expect(await follow(stranger, link, MALLORY)).toBe('That is another workspace')
      expect(await stored('left')).toEqual([])
      expect(await follow(ada, link, ADA)).toBe(DONE)
      expect(await stored('left')).toEqual([{ userId: 'U0ADA00001' }])
      // The stranger's own outcome is still theirs, and nothing else.
      await stranger.reload()
      expect(await heading(stranger)).toBe('That is another workspace')
    })

    test('after a wrong workspace, going back and choosing the right one links', async () => {
      const link = await service.link({ context: { key: 'back' } })
      const page = await newPerson()
      expect(await follow(page, link, MALLORY)).toBe('That is another workspace')
      await page.goBack()
      await page.getByRole('radio', { name: ADA }).check()
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.waitForURL(/oauth\/callback/)
      expect(await heading(page)).toBe(DONE)
      expect(await stored('back')).toEqual([{ userId: 'U0ADA00001' }])
    })

    test('the cookie is out of reach for scripts, and the product hears who was first', async () => {
      const product = Bun.serve({
        port: 0,
        hostname: '127.0.0.1',
        fetch: ({ url }) =>
          new Response(`<!doctype html><h1>${new URL(url).searchParams}</h1>`, {
            headers: { 'content-type': 'text/html' },
          }),
      })
      try {
        const redirectUrl = `${product.url.origin}/done`
        const { clientId, clientSecret: secretKey } = SANDBOX
        const identifier = 'product'
        const credentials = { clientId, secretKey, redirectUrl }
        const body = { providerId: 'slack', channel: 'chat', identifier, credentials }
        expect((await service.api('POST', '/v1/integrations', body)).status).toBe(201)
        const link = await service.link({
          integrationIdentifier: identifier,
          connectionIdentifier: undefined,
          context: { key: 'product' },
        })
        const outcomes: (string | null)[] = []
        for (const who of [ADA, GRACE]) {
          const page = await newPerson()
          await page.goto(link.toString())
          await page.getByRole('radio', { name: who }).check()
          await page.getByRole('button', { name: 'Allow' }).click()
          await page.waitForURL(/\/done/)
          outcomes.push(await heading(page))
          const cookies = await page.context().cookies(service.url)
          expect(cookies.map(({ httpOnly, sameSite, path }) => [httpOnly, sameSite, path])).toEqual(
            who === ADA ? [[true, 'Lax', '/']] : [],
          )
        }
        expect(outcomes).toEqual(['status=linked', 'status=error&error=already_used'])
      } finally {
        await product.stop(true)
      }
    })
  },
)
