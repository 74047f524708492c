import { createHash } from 'node:crypto'
import { type Html, html } from './html.ts'
import { RESULT_SCRIPT } from './result-script.ts'
import { SECURITY_HEADERS, strictPolicy } from './security-headers.ts'

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
}

const STYLE = `
:root { color-scheme: light dark; --text: #1d1c1d; --muted: #5e5d60; --card: #fff;
  --ground: #f4f4f5; --line: #e2e2e5; --good: #0a7d4f; --bad: #b42318; --on: #fff }
@media (prefers-color-scheme: dark) { :root { --text: #f2f2f3; --muted: #b3b2b6; --card: #232326;
  --ground: #161618; --line: #3a3a3e; --good: #4cc38a; --bad: #ff8f83; --on: #161618 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; place-items: center;
  padding: 1.25rem; background: var(--ground); color: var(--text);
  font: 1.0625rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
.card { width: 100%; max-width: 27rem; padding: 2.25rem 1.75rem; text-align: center;
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem }
.icon { width: 3.5rem; height: 3.5rem; margin: 0 auto 1.25rem; border-radius: 50%; padding: .875rem;
  color: var(--on); background: var(--good) }
[data-state=error] .icon { background: var(--bad) }
[data-state=over] .icon { background: var(--muted) }
.icon svg { display: block; width: 100%; height: 100%; fill: none; stroke: currentColor;
  stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; text-wrap: balance }
p { margin: 0 0 .75rem; text-wrap: pretty; overflow-wrap: anywhere }
.hint, footer { color: var(--muted); font-size: .9375rem }
.hint { margin: 1.25rem 0 0 }
footer { margin-top: 1.25rem; padding-top: 1rem; border-top: 1px solid var(--line) }
code { font-size: .875em }
button { min-height: 2.75rem; margin-top: 1rem; padding: 0 1.75rem; font: inherit; font-weight: 600;
  color: inherit; background: none; border: 1px solid var(--line); border-radius: .625rem; cursor: pointer }
`

const ICONS = {
  success: html`<path d="m5 13 4.5 4.5L19 7.5"/>`,
  error: html`<path d="M12 5v8.5M12 18.5v.5"/>`,
  over: html`<path d="M6 12h12"/>`,
}

/**
 * Returns a function that renders the final page of a link as a response. The
 * Content-Security-Policy is computed once.
 */
export function createResultPages(): (
  status: number,
  page: ResultPage,
  extra?: Headers,
) => Response {
  const styleHash = createHash('sha256').update(STYLE).digest('base64')
  const policy = strictPolicy(`style-src 'sha256-${styleHash}'; `)
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
  }
  return (status, page, extra) => {
    const response = new Response(render(page).html, { status, headers })
    if (page.opener) response.headers.set('content-security-policy', `${policy}; script-src 'self'`)
    for (const name of ['retry-after', 'x-request-id']) {
      const value = extra?.get(name)
      if (value != null) response.headers.set(name, value)
    }
    return response
  }
}

function render({
  state,
  title,
  heading,
  intro,
  advice,
  reference,
  opener,
  reloadAfterSeconds,
}: ResultPage): Html {
  const style: Html = { html: STYLE }
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex,nofollow">
<meta name="referrer" content="no-referrer">
${reloadAfterSeconds === undefined ? null : html`<meta http-equiv="refresh" content="${String(reloadAfterSeconds)}">`}
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main class="card" data-state="${state}"${opener ? openerData(opener) : null}>
<div class="icon" aria-hidden="true"><svg viewBox="0 0 24 24">${ICONS[state]}</svg></div>
<h1 class="message-heading">${heading}</h1>
<p class="intro">${intro}</p>
${advice && html`<p class="advice">${advice}</p>`}
<p class="hint">You can close this tab manually.</p>
${opener ? html`<button type="button" hidden>Close</button>` : null}
${reference && html`<footer>Reference <code>${reference}</code></footer>`}
</main>
${opener ? html`<script src="${RESULT_SCRIPT}"></script>` : null}
</body>
</html>
`
}

const openerData = ({ origin, status, error }: NonNullable<ResultPage['opener']>): Html =>
  html` data-opener="${origin}" data-status="${status}" data-error="${error ?? ''}"`
