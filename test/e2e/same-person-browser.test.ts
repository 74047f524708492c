import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { chromiumPath, launchChromium } from '../harness/chromium.ts'
import { REFUSED_BY_APP, startCompanyApp } from '../harness/company-app.ts'
import { startService } from '../harness/service.ts'
import {
  AT_SLACK,
  addPeople,
  type Name,
  newLink,
  newPerson,
  PEOPLE,
  type Person,
} from '../harness/two-people.ts'

/** Several pages in two browsers each, on a busy machine. */
setDefaultTimeout(30_000)

const DONE = "You're all set"
const OTHER_BROWSER = 'This link was opened in another browser'

/**
 * A link for Ada: whose browser opens it, in whose browser the app is asked who is signed in, and
 * whose browser consents at Slack. Then what the last page says, and the reason that latch records.
 */
type Cell = [opens: Name, app: Name, slack: Name, heading: string, reason: string | null]

const SESSION: Cell[] = [
  ['ada', 'ada', 'ada', DONE, null],
  // The address after `complete` is forwarded.
  ['ada', 'ada', 'grace', OTHER_BROWSER, 'other_browser'],
  ['ada', 'grace', 'ada', REFUSED_BY_APP, 'other_subscriber'],
  ['ada', 'grace', 'grace', REFUSED_BY_APP, 'other_subscriber'],
  // `completionUrl?ticket` is sent to Ada, whose app accepts it.
  ['grace', 'ada', 'ada', OTHER_BROWSER, 'other_browser'],
  ['grace', 'ada', 'grace', 'This link cannot go on here', 'ticket_ended'],
  ['grace', 'grace', 'ada', REFUSED_BY_APP, 'other_subscriber'],
  // Ada's link leaked, and somebody completes it as themselves.
  ['grace', 'grace', 'grace', REFUSED_BY_APP, 'other_subscriber'],
]

/**
 * What `confirm` does not prove: the page guards who consents at Slack, if they read it, and never
 * the subscriber. In each, somebody agrees to an account that is named, and is not theirs.
 */
const NOT_PROVEN_BY_CONFIRM: Record<string, { linkFor: Name; slack: Name }> = {
  'the leaked link of Ada, to which Grace agrees as herself': { linkFor: 'ada', slack: 'grace' },
  'the link of Grace, to which Ada agrees although it names Grace': {
    linkFor: 'grace',
    slack: 'ada',
  },
}

describe.if(chromiumPath !== undefined)('two people, with a browser each', async () => {
  const service = await startService()
  const app = startCompanyApp(service)
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium(String(chromiumPath))
    for (const mode of ['session', 'confirm'] as const) await addPeople(service, mode, app)
  })
  afterAll(async () => {
    await browser.close()
    await Promise.all([app.stop(), service.stop()])
  })

  const person = (inApp: Name, atSlack?: Name) =>
    newPerson({ service, browser, app }, inApp, atSlack)
  const both = async () => ({ ada: await person('ada'), grace: await person('grace') })
  const close = (people: object) =>
    Promise.all(Object.values(people).map(({ page }: Person) => page.context().close()))
  /** Nothing was stored, the operator learns why, and Ada still completes the same link. */
  async function refused(link: Awaited<ReturnType<typeof newLink>>, ada: Person, reason: string) {
    expect(await link.stored()).toEqual([])
    const { status, usable, reason: recorded } = await link.read()
    expect({ status, usable, recorded }).toEqual({
      status: 'failed',
      usable: true,
      recorded: reason,
    })
    expect(await ada.follow(link.url)).toBe(DONE)
    expect(await link.stored()).toEqual([['ada', AT_SLACK.ada.userId]])
  }

  describe('where a session is required', () => {
    for (const [opens, inApp, atSlack, heading, reason] of SESSION) {
      test(`${opens} opens, ${inApp} in the app, ${atSlack} at Slack`, async () => {
        const link = await newLink(service, 'session', 'ada')
        const people = await both()
        const [opener, signedIn, consents] = [people[opens], people[inApp], people[atSlack]]
        const isOne = opens === inApp && inApp === atSlack
        const ticketUrl = isOne ? link.url : String(await opener.stopAt(link.url))
        let last = ''
        if (inApp === atSlack) last = await signedIn.follow(ticketUrl)
        else if (opens === inApp) {
          // They stop, and pass on what the app has answered.
          last = await consents.follow((await signedIn.stopAt(ticketUrl)) ?? ticketUrl)
        } else {
          last = await signedIn.follow(ticketUrl)
          // The other one opens the address at which that browser ended.
          if (last !== REFUSED_BY_APP) last = await consents.follow(signedIn.page.url())
        }
        expect(last).toBe(heading)
        if (reason === null) expect(await link.stored()).toEqual([['ada', AT_SLACK.ada.userId]])
        else await refused(link, people.ada, reason)
        await close(people)
      })
    }

    test('a ticket that the app has refused goes on for nobody', async () => {
      const link = await newLink(service, 'session', 'ada')
      const people = await both()
      const ticketUrl = String(await people.grace.stopAt(link.url))
      expect(await people.grace.follow(ticketUrl)).toBe(REFUSED_BY_APP)
      expect(await people.ada.follow(ticketUrl)).toBe(REFUSED_BY_APP)
      await refused(link, people.ada, 'other_subscriber')
      await close(people)
    })

    test('a callback with a code of somebody else is refused in the browser of Ada', async () => {
      const link = await newLink(service, 'session', 'ada')
      const own = await newLink(service, 'session', 'grace')
      const people = await both()
      const ticketUrl = new URL(String(await people.grace.stopAt(link.url)))
      // Grace comes to Slack with a link of her own, and puts what she has of Ada's into it.
      const ownTicketUrl = String(await people.grace.stopAt(own.url))
      const continued = String(await people.grace.stopAt(ownTicketUrl))
      const slack = new URL(String(await people.grace.stopAt(continued)))
      const user = AT_SLACK.grace.userId
      const ownCallback = await service.consent(slack, { user })
      expect(await people.ada.follow(ownCallback)).toBe(OTHER_BROWSER)
      expect(await own.stored()).toEqual([])
      for (const state of [link.url.split('/l/')[1], ticketUrl.searchParams.get('ticket')]) {
        slack.searchParams.set('state', String(state))
        const callback = await service.consent(slack, { user })
        expect(await people.ada.follow(callback)).toBe('Please sign in first')
      }
      await refused(link, people.ada, 'session_required')
      await close(people)
    })

    test('a provider address of Ada that is forwarded completes in no other browser', async () => {
      const link = await newLink(service, 'session', 'ada')
      const people = await both()
      const continued = await people.ada.stopAt(String(await people.ada.stopAt(link.url)))
      const slack = String(await people.ada.stopAt(String(continued)))
      expect(await people.grace.follow(slack)).toBe(OTHER_BROWSER)
      await refused(link, people.ada, 'other_browser')
      await close(people)
    })
  })

  describe('where the person at Slack must confirm', () => {
    /** Follows the link to the page that asks, which names whose account it is. */
    async function asked(linkFor: Name, inApp: Name, atSlack: Name) {
      const link = await newLink(service, 'confirm', linkFor)
      const someone = await person(inApp, atSlack)
      expect(await someone.follow(link.url)).toBe('Link these two accounts?')
      expect(await someone.page.locator('main').textContent()).toContain(`${linkFor}@example.com`)
      expect(await link.stored()).toEqual([])
      const answer = async (name: 'Link' | 'Cancel', heading: string) => {
        await someone.page.getByRole('button', { name, exact: true }).click()
        await someone.page.getByRole('heading', { name: heading }).waitFor()
        await someone.page.context().close()
      }
      return { link, answer }
    }

    for (const linkFor of PEOPLE) {
      for (const inApp of PEOPLE) {
        for (const atSlack of PEOPLE) {
          const agrees = linkFor === atSlack
          test(`link of ${linkFor}, ${inApp} in the app, ${atSlack} at Slack ${agrees ? 'agrees' : 'declines'}`, async () => {
            const { link, answer } = await asked(linkFor, inApp, atSlack)
            if (agrees) {
              await answer('Link', DONE)
              expect(await link.stored()).toEqual([[linkFor, AT_SLACK[atSlack].userId]])
              return
            }
            await answer('Cancel', 'Cancelled')
            expect(await link.stored()).toEqual([])
            expect(await link.read()).toMatchObject({ usable: true, reason: 'declined' })
          })
        }
      }
    }

    for (const [name, { linkFor, slack }] of Object.entries(NOT_PROVEN_BY_CONFIRM)) {
      test(`does not prove: ${name}`, async () => {
        const { link, answer } = await asked(linkFor, slack, slack)
        await answer('Link', DONE)
        expect(await link.stored()).toEqual([[linkFor, AT_SLACK[slack].userId]])
      })
    }
  })
})
