import { sameBrowser } from './attempts.ts'
import { formOf } from './browser.ts'
import { type Answer, readAnswer } from './call-api.ts'

type Browser = {
  open(address: string, headers?: Record<string, string>): Promise<Answer>
  /** Lets time pass. */
  advance(ms: number): void | Promise<void>
}

/** Latch's page that asks the user whether something is to be stored. */
export type Confirmation = {
  text: string
  /** The names of the checkboxes, and whether each is ticked at first. */
  boxes: ReadonlyMap<string, boolean>
  /** Sends the form, as soon as it can be sent. */
  send(decision: 'yes' | 'no', ticked?: readonly string[]): Promise<Answer>
}

/** For how long the buttons of the page do nothing. */
const INERT_MS = 500

const CHECKBOX = /<input type="checkbox" name="([^"]+)"([^>]*)>/g

/** Follows `answer` to the page that asks, as the same browser does; null if it leads to none. */
export async function openConfirmation(
  { open, advance }: Browser,
  answer: Answer,
): Promise<Confirmation | null> {
  const address = answer.headers.get('location')
  if (answer.status !== 303 || address === null) return null
  const headers = sameBrowser(answer)
  const { text } = await open(address, headers)
  const { action, token } = formOf({ text, address })
  const boxes = [...text.matchAll(CHECKBOX)].map(
    ([, name = '', more = '']) => [name, /\bchecked\b/.test(more)] as const,
  )
  return {
    text,
    boxes: new Map(boxes),
    send: async (decision, ticked = []) => {
      await advance(INERT_MS)
      const body = new URLSearchParams({ token, decision })
      for (const name of ticked) body.append(name, 'yes')
      const { origin } = new URL(action)
      const init = { method: 'POST', body, redirect: 'manual' } as const
      const sent = await readAnswer(
        await fetch(action, { ...init, headers: { ...headers, origin } }),
      )
      // The browser keeps the cookies that it had.
      const kept = new Headers(sent.headers)
      for (const cookie of answer.headers.getSetCookie()) kept.append('set-cookie', cookie)
      return { ...sent, headers: kept }
    },
  }
}

/**
 * Agrees to everything on the page that asks, as the user does in the browser that got `answer`. An
 * answer that leads to none is returned as it is.
 */
export async function confirmAsUser(browser: Browser, answer: Answer): Promise<Answer> {
  const asked = await openConfirmation(browser, answer)
  return asked === null ? answer : asked.send('yes', [...asked.boxes.keys()])
}
