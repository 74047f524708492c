import type { PresentedEvent } from '../../../src/domain/events/present.ts'
import { createBrowser, formOf, type TestBrowser } from '../../harness/browser.ts'
import { LINK_PATH, SAMPLE_BODY, type TestService } from '../../harness/service.ts'

export const HALF_A_SECOND = 500

/** A link, and what is stored by it. */
type Made = { id: string; url: URL; stored(): Promise<Record<string, unknown>[]> }

/** Links whose users must confirm. */
export function confirming(service: TestService) {
  async function make(key: string, changes: Record<string, unknown> = {}): Promise<Made> {
    const body = { ...SAMPLE_BODY, context: { key }, display: 'ada@example.com', ...changes }
    const made = await service.api('POST', LINK_PATH, body)
    if (made.status !== 201) throw new Error(made.text)
    return {
      id: String(made.headers.get('latch-link-id')),
      url: new URL((made.body as { url: string }).url),
      stored: () => service.endpoints(`contextKeys=key:${key}`),
    }
  }

  /** Consents, and reads the page that asks to confirm. */
  async function ask(url: URL, browser: TestBrowser, user?: string) {
    const callback = await service.consent(url, user === undefined ? {} : { user })
    const page = await browser.visit(callback)
    service.advance(HALF_A_SECOND)
    return { callback, page, form: formOf(page) }
  }

  async function asked(key: string, browser: TestBrowser = createBrowser(), changes = {}) {
    const link = await make(key, changes)
    return { ...link, browser, ...(await ask(link.url, browser)) }
  }

  /** Links a user who agrees; the page that says so. */
  async function linked(key: string, browser: TestBrowser = createBrowser(), changes = {}) {
    const at = await asked(key, browser, changes)
    const { action, token } = at.form
    const done = await browser.post(action, { token, decision: 'yes' })
    service.advance(HALF_A_SECOND)
    return { ...at, done: { ...done, address: action } }
  }

  const statusOf = async (id: string): Promise<unknown> =>
    (await service.api('GET', `/v1/links/${id}`)).body

  async function eventsOf(id: string): Promise<[string, string | null][]> {
    const { body } = await service.api('GET', '/v1/events?limit=100')
    const { data } = body as { data: PresentedEvent[] }
    return data.filter(({ linkId }) => linkId === id).map(({ type, reason }) => [type, reason])
  }

  return { make, ask, asked, linked, statusOf, eventsOf }
}
