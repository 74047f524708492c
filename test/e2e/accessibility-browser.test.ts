import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser } from 'playwright-core'
import { createEntraDirectory } from '../../src/providers/msteams/stand-in/directory.ts'
import { signInAfter } from '../api/links/teams.ts'
import { chromiumPath, launchChromium } from '../harness/chromium.ts'
import { startService } from '../harness/service.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const pictures = process.env['LATCH_TEST_PICTURES']

type Violation = { id: string; impact: string; nodes: { html: string }[] }

describe.if(chromiumPath !== undefined)('every page that a person can meet', async () => {
  const service = await startService()
  const asking = await startService({ LATCH_USER_VERIFICATION: 'confirm' })
  const callback = `${service.url}/v1/integrations/chat/oauth/callback`
  const teams = { integrationIdentifier: 'msteams', connectionIdentifier: undefined }
  const [adele, lee] = createEntraDirectory({
    clientId: '',
    clientSecret: '',
    redirectUri: '',
  }).users.map(({ id }) => id)
  let browser: Browser

  beforeAll(async () => {
    browser = await launchChromium(String(chromiumPath))
  })
  afterAll(() => Promise.all([browser.close(), service.stop(), asking.stop()]))

  const consented = async (body: Record<string, unknown> = {}, user?: string): Promise<string> =>
    service.consent(await service.link(body), user === undefined ? {} : { user })

  /** Consents as an administrator, and signs in as one or the other. */
  async function adminConsent(user = adele): Promise<string> {
    const { body } = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
      integrationIdentifier: 'msteams',
      context: { pending: crypto.randomUUID() },
    })
    await service.fault('entra', 'missing_consent')
    const link = new URL((body as { url: string }).url)
    const word = await service.consent(link, { user: String(adele) })
    return signInAfter(service, word, String(user))
  }

  async function installed(): Promise<string> {
    const { body } = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
      integrationIdentifier: 'slack',
      subscriberId: 'subscriber-123',
      context: { installed: crypto.randomUUID() },
      autoLinkUser: true,
    })
    return service.consent(new URL((body as { url: string }).url))
  }

  async function expired(): Promise<string> {
    const address = await consented()
    service.advance(6 * 60_000)
    return address
  }

  /** A Slack user who is linked to somebody else. */
  async function linkedElsewhere(): Promise<string> {
    const context = { elsewhere: crypto.randomUUID() }
    await service.api('POST', '/v2/subscribers', { subscriberId: 'elsewhere' })
    await service.open(await consented({ context, subscriberId: 'elsewhere' }))
    service.advance(1)
    return consented({ context })
  }

  const confirmed = async (body: object): Promise<string> =>
    asking.consent(await asking.link({ context: { asked: crypto.randomUUID() }, ...body }))

  /** The name, what the page says, how it is reached, and the button that leads to it from there. */
  const pages: [string, string, () => Promise<string>, string?][] = [
    ['slack-consent', 'Who are you', async () => (await service.link()).toString()],
    ['microsoft-consent', 'Who are you', async () => (await service.link(teams)).toString()],
    ['confirm', 'Link these two accounts?', () => confirmed({ display: 'ada@example.com' })],
    ['confirm-long', 'Link these two', () => confirmed({ display: 'W'.repeat(80) })],
    ['confirm-unnamed', 'We cannot tell you the name', () => confirmed({})],
    ['linked-elsewhere', 'Unlink from the other account', linkedElsewhere],
    ['linked', "You're all set", () => consented()],
    ['linked-not-reachable', "You're linked", () => consented(teams, String(lee))],
    ['confirm-install', 'Connect this workspace?', installed],
    ['confirm-consent', 'Connect this organisation?', () => adminConsent()],
    ['waiting-for-microsoft', 'Waiting for Microsoft', () => adminConsent(), 'Connect'],
    ['administrator-needed', 'An administrator is needed', () => adminConsent(lee)],
    ['cancelled', 'Cancelled', async () => `${callback}?error=access_denied`],
    ['did-not-work', 'That did not work', async () => `${callback}?error=server_error`],
    ['expired', 'This link has expired', expired],
    ['other-workspace', 'That is another workspace', () => consented({}, 'U0MALLORY4')],
    [
      'provider-down',
      'Slack is not answering',
      async () => {
        await service.fault('slack', 'error')
        return consented()
      },
    ],
    [
      'code-refused',
      'Slack did not confirm who you are',
      async () => {
        await service.fault('slack', 'expired_code')
        return consented()
      },
    ],
    ['docs', 'Setting up Slack', async () => `${service.url}/docs`],
    ['docs-slack', 'Create the app', async () => `${service.url}/docs/slack`],
    ['docs-operating', 'Behind a proxy', async () => `${service.url}/docs/operating`],
    ['docs-configuration', 'LATCH_HOST', async () => `${service.url}/docs/configuration`],
    ['no-state', 'This link is not valid', async () => callback],
  ]

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [name, says, address, button] of pages) {
      test(`${name}, ${colorScheme}: axe finds nothing serious, and it fits a phone`, async () => {
        const page = await browser.newPage({ viewport: { width: 360, height: 780 }, colorScheme })
        await page.goto(await address())
        if (button !== undefined) {
          await page.getByRole('button', { name: button, exact: true }).click()
          await page.getByText(says).waitFor()
        }
        expect(await page.locator('main').textContent()).toContain(says)
        await page.evaluate(axe)
        const { violations } = (await page.evaluate('axe.run()')) as { violations: Violation[] }
        const serious = violations.filter(({ impact }) => /serious|critical/.test(impact))
        expect(serious.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
        if (pictures !== undefined) {
          await page.screenshot({ path: `${pictures}/${colorScheme}-${name}.png` })
        }
        await page.close()
      })
    }
  }
})
