import { type Html, html } from './html.ts'
import { createLayout } from './layout.ts'
import { type Side, sidesList } from './sides.ts'

/** A page that asks the user whether something is to be stored. */
export type ConfirmationPage = {
  title: string
  heading: string
  intro: string
  sides: readonly Side[]
  /** What the user must know before they say yes; null for nothing more. */
  warning: string | null
  /** A further question, which is not answered with yes unless the user does; null for none. */
  checkbox: { name: string; text: string } | null
  confirm: string
  cancel: string
  /** Where the form is sent, relative to the page. */
  action: string
  token: string
}

const ICON = html`<path d="M10 14a4.5 4.5 0 0 0 6.4 0l3-3A4.5 4.5 0 0 0 13 4.6l-1 1M14 10a4.5 4.5 0 0 0-6.4 0l-3 3A4.5 4.5 0 0 0 11 19.4l1-1"/>`

/**
 * Makes the buttons inert for half a second whenever the page comes to the front: a click that was
 * meant for a window above it must not confirm anything. The style does so for the first half second,
 * also where no script runs.
 */
const SCRIPT = `'use strict'
let timer
const buttons = document.querySelectorAll('button')
const rest = () => {
  for (const button of buttons) button.disabled = true
  clearTimeout(timer)
  timer = setTimeout(() => { for (const button of buttons) button.disabled = false }, 500)
}
rest()
addEventListener('focus', rest)
addEventListener('pageshow', rest)
document.addEventListener('visibilitychange', rest)
`

/** Returns a function that renders the page as a response. No button has the focus. */
export function createConfirmationPages(): (page: ConfirmationPage) => Response {
  const layout = createLayout()
  return (page) =>
    layout(200, {
      title: page.title,
      body: bodyOf(page),
      hasForm: true,
      script: { code: SCRIPT },
    })
}

const bodyOf = (page: ConfirmationPage): Html => html`<main class="card" data-state="ask">
<div class="icon" aria-hidden="true"><svg viewBox="0 0 24 24">${ICON}</svg></div>
<h1 class="message-heading">${page.heading}</h1>
<p class="intro">${page.intro}</p>
${sidesList(page.sides)}
${page.warning && html`<p class="advice">${page.warning}</p>`}
<form method="post" action="${page.action}">
<input type="hidden" name="token" value="${page.token}">
${page.checkbox && checkboxOf(page.checkbox)}
<div class="buttons">
<button name="decision" value="no">${page.cancel}</button>
<button class="main" name="decision" value="yes">${page.confirm}</button>
</div>
</form>
</main>`

const checkboxOf = ({ name, text }: NonNullable<ConfirmationPage['checkbox']>): Html => html`<label>
<input type="checkbox" name="${name}" value="yes" autocomplete="off"><bdi>${text}</bdi>
</label>`
