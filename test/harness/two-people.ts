import type { Browser, Page } from 'playwright-core'
import type { CompanyApp } from './company-app.ts'
import { SANDBOX } from './sandbox.ts'
import { LINK_PATH, type TestService } from './service.ts'

/** Each with a subscriber in the app of the company, and a user of their own at Slack. */
export const PEOPLE = ['ada', 'grace'] as const
export type Name = (typeof PEOPLE)[number]

export const AT_SLACK = {
  ada: { userId: 'U0ADA00001', choice: /Ada Lovelace/ },
  grace: { userId: 'U0GRACE002', choice: /Grace Hopper/ },
} as const

/** Somebody in a browser profile of their own, signed in to the app and to Slack. */
export type Person = {
  page: Page
  /** Opens an address, consents at Slack as themselves if it leads there, and returns the heading. */
  follow(address: string): Promise<string>
  /** Asks for an address with the cookies of the browser, and returns where it would lead. */
  stopAt(address: string): Promise<string | null>
}

export type PersonAt = { service: TestService; browser: Browser; app: CompanyApp }

export async function newPerson(
  { service, browser, app }: PersonAt,
  inApp: Name,
  atSlack: Name = inApp,
): Promise<Person> {
  const profile = await browser.newContext()
  const page = await profile.newPage()
  await profile.request.get(app.signInUrl(inApp))
  const heading = async (): Promise<string> => String(await page.locator('h1').textContent())
  return {
    page,
    async follow(address) {
      await page.goto(address)
      if (!page.url().startsWith(service.slackUrl)) return heading()
      await page.getByRole('radio', { name: AT_SLACK[atSlack].choice }).check()
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.waitForURL((url) => url.origin === new URL(service.url).origin)
      return heading()
    },
    async stopAt(address) {
      const answer = await profile.request.get(address, {
        maxRedirects: 0,
        headers: { accept: 'text/html' },
      })
      return answer.headers()['location'] ?? null
    },
  }
}

/** An integration of that verification, and both subscribers. */
export async function addPeople(
  service: TestService,
  userVerification: 'session' | 'confirm',
  { completionUrl }: CompanyApp,
): Promise<void> {
  for (const subscriberId of PEOPLE) {
    await service.api('POST', '/v2/subscribers', { subscriberId })
  }
  const { status, text } = await service.api('POST', '/v1/integrations', {
    providerId: 'slack',
    channel: 'chat',
    identifier: userVerification,
    credentials: { clientId: SANDBOX.clientId, secretKey: SANDBOX.clientSecret },
    configurations: { userVerification, completionUrl },
  })
  if (status !== 201) throw new Error(text)
}

export type TestLink = {
  url: string
  /** The user ids at Slack that it has stored. */
  stored(): Promise<unknown[]>
  /** What the API says about it. */
  read(): Promise<Record<string, unknown>>
}

let count = 0

/** A link in a context of its own, so that no other has linked anybody there. */
export async function newLink(
  service: TestService,
  integrationIdentifier: 'session' | 'confirm',
  subscriberId: Name,
): Promise<TestLink> {
  count += 1
  const { headers, body } = await service.api('POST', LINK_PATH, {
    integrationIdentifier,
    subscriberId,
    context: { cell: `c${count}` },
    ...(integrationIdentifier === 'confirm' && { display: `${subscriberId}@example.com` }),
  })
  const query = `contextKeys=cell:c${count}`
  const id = headers.get('latch-link-id')
  return {
    url: (body as { url: string }).url,
    stored: async () =>
      (await service.endpoints(query)).map(({ subscriberId: whose, endpoint }) => [
        whose,
        (endpoint as { userId: string }).userId,
      ]),
    read: async () => (await service.api('GET', `/v1/links/${id}`)).body as Record<string, unknown>,
  }
}
