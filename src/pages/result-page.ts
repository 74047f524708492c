import { type Html, html, joined } from './html.ts'
import { createLayout, type Page } from './layout.ts'
import { RESULT_SCRIPT } from './result-script.ts'
import { type Side, sidesList } from './sides.ts'

/** A form of one button below the result, such as Undo. */
export type ResultForm = { action: string; token: string; text: string; button: string }

export type ResultPage = {
  /** `over`: it has ended, and the page does not say how. */
  state: 'success' | 'error' | 'over'
  title: string
  heading: string
  intro: string
  /** What the user can do now, or null. */
  advice: string | null
  /** Lets the operator find this callback in the log; null on success. */
  reference: string | null
  /** After how many seconds the page is loaded again, if its outcome is not known yet. */
  reloadAfterSeconds?: number
  /** The page that opened this one in a popup and wants to receive the result, or null. */
  opener?: { origin: string; status: string; error?: string } | null
  /** The chat user and the account that were linked. */
  sides?: readonly Side[] | null
  forms?: readonly ResultForm[]
  /**
   * Where the browser goes on to at once. Not by a redirect: Chromium applies `form-action` to the
   * redirects that follow a form, also to those of the site that it leads to.
   */
  goOnTo?: string | null
}

const ICONS = {
  success: html`<path d="m5 13 4.5 4.5L19 7.5"/>`,
  error: html`<path d="M12 5v8.5M12 18.5v.5"/>`,
  over: html`<path d="M6 12h12"/>`,
}

/**
 * Returns a function that renders the final page of a link as a response.
 */
export function createResultPages(): (
  status: number,
  page: ResultPage,
  extra?: Headers,
) => Response {
  const layout = createLayout()
  return (status, page, extra) => {
    const response = layout(status, {
      title: page.title,
      body: bodyOf(page),
      hasForm: page.forms !== undefined && page.forms.length > 0,
      ...(page.opener && { script: { file: RESULT_SCRIPT } }),
      ...refreshOf(page),
    })
    for (const name of ['retry-after', 'x-request-id']) {
      const value = extra?.get(name)
      if (value != null) response.headers.set(name, value)
    }
    return response
  }
}

function refreshOf({ reloadAfterSeconds, goOnTo }: ResultPage): Pick<Page, 'refresh'> {
  if (goOnTo != null) return { refresh: `0; url=${goOnTo}` }
  return reloadAfterSeconds === undefined ? {} : { refresh: String(reloadAfterSeconds) }
}

function bodyOf(page: ResultPage): Html {
  const { state, heading, intro, advice, reference, opener, sides, forms = [], goOnTo } = page
  return html`<main class="card" data-state="${state}"${opener ? openerData(opener) : null}>
<div class="icon" aria-hidden="true"><svg viewBox="0 0 24 24">${ICONS[state]}</svg></div>
<h1 class="message-heading">${heading}</h1>
<p class="intro">${intro}</p>
${sides ? sidesList(sides) : null}
${advice && html`<p class="advice">${advice}</p>`}
${joined(forms.map(formOf))}
<p class="hint">${goOnTo == null ? 'You can close this tab manually.' : html`<a href="${goOnTo}">Continue</a>`}</p>
${opener ? html`<button type="button" id="close" hidden>Close</button>` : null}
${reference && html`<footer>Reference <code>${reference}</code></footer>`}
</main>`
}

const formOf = ({ action, token, text, button }: ResultForm): Html =>
  html`<form method="post" action="${action}">
<input type="hidden" name="token" value="${token}">
<p class="hint">${text}</p>
<button>${button}</button>
</form>`

const openerData = ({ origin, status, error }: NonNullable<ResultPage['opener']>): Html =>
  html` data-opener="${origin}" data-status="${status}" data-error="${error ?? ''}"`
