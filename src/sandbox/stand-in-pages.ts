import { createHash } from 'node:crypto'
import { type Html, html } from '../pages/html.ts'
import { FAULTS } from './faults.ts'

export type Consent = {
  appName: string
  heading: string
  /** The URL that the form is posted to. */
  action: string
  permissions: readonly string[]
  accounts: readonly { userId: string; name: string; workspaceName: string; chosen: boolean }[]
  /** Parameters that the form carries along. */
  parameters: URLSearchParams
}

export type SandboxPages = {
  consent(consent: Consent): Response
  error(error: string, reason: string): Response
  notFound(): Response
}

const STYLE = `
:root { color-scheme: light dark; --text: #1d1c1d; --muted: #5e5d60; --card: #fff;
  --ground: #f4ede4; --line: #dcd6cf; --action: #611f69; --on: #fff; --note: #fff3c4; --ink: #4a3b00 }
@media (prefers-color-scheme: dark) { :root { --text: #f2f2f3; --muted: #b3b2b6; --card: #232326;
  --ground: #161618; --line: #3f3f44; --action: #d9a7e0; --on: #2b0f2f; --note: #4a3d0c;
  --ink: #ffe89a } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
.note { margin: 0; padding: .625rem 1.25rem; text-align: center; font-size: .9375rem;
  background: var(--note); color: var(--ink) }
main { max-width: 30rem; margin: 1.25rem auto; padding: 1.75rem 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 1rem }
@media (max-width: 34rem) { main { margin: 1rem } }
h1 { margin: 0 0 1rem; font-size: 1.375rem; line-height: 1.3; text-wrap: balance }
h2, legend { margin: 0; padding: 0; font-size: 1rem; font-weight: 600 }
ul { margin: .375rem 0 1.25rem; padding-left: 1.25rem }
fieldset { margin: 0 0 1.5rem; padding: 0; border: 0 }
label { display: flex; gap: .75rem; align-items: center; min-height: 3.25rem; margin-top: .5rem;
  padding: .375rem .875rem; border: 1px solid var(--line); border-radius: .625rem }
label:has(:checked) { border-color: var(--action); box-shadow: inset 0 0 0 1px var(--action) }
input { width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--action) }
small { display: block; color: var(--muted); font-size: .875rem }
details { margin: 0 0 1.5rem; color: var(--muted); font-size: .9375rem }
summary { cursor: pointer; padding: .25rem 0 }
select { width: 100%; min-height: 2.75rem; margin-top: .5rem; padding: 0 .75rem; font: inherit;
  color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .625rem }
.buttons { display: flex; gap: .75rem }
button { flex: 1; min-height: 3rem; font: inherit; font-weight: 600; border-radius: .625rem;
  border: 1px solid var(--line); background: none; color: inherit; cursor: pointer }
button[value=allow] { background: var(--action); border-color: var(--action); color: var(--on) }
p { overflow-wrap: anywhere }
`

/** A stand-in's pages. A factory, so that the style's hash for the CSP is computed once. */
export function createSandboxPages(provider: string): SandboxPages {
  const styleHash = createHash('sha256').update(STYLE).digest('base64')
  // No `form-action`: Chromium also applies it to the redirect that follows the form.
  const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'`
  const respond = (status: number, body: Html): Response =>
    new Response(body.html, {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy,
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      },
    })
  return {
    consent: (consent) =>
      respond(200, page(provider, `Allow ${consent.appName}?`, consentForm(consent))),
    error: (error, reason) =>
      respond(400, page(provider, 'Something went wrong', errorText(error, reason))),
    notFound: () => respond(404, page(provider, 'Page not found', notFoundText)),
  }
}

function page(provider: string, title: string, content: Html): Html {
  const style: Html = { html: STYLE }
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<p class="note">latch sandbox: this is a stand-in for ${provider}. No real account is used.</p>
<main>${content}</main>
</body>
</html>
`
}

const each = (pieces: readonly Html[]): Html => ({
  html: pieces.map((piece) => piece.html).join(''),
})

function consentForm(consent: Consent): Html {
  const { appName, heading, action, permissions, accounts, parameters } = consent
  const hidden = [...parameters].map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  const choices = accounts.map(
    ({ userId, name, workspaceName, chosen }) => html`<label>
<input type="radio" name="user" value="${userId}" ${chosen ? html`checked` : null}>
<span>${name}<small>${workspaceName}</small></span></label>`,
  )
  const faults = Object.entries(FAULTS).map(
    ([name, what]) => html`<option value="${name}">${what}</option>`,
  )
  return html`
<h1>${heading}</h1>
<form method="post" action="${action}">
${each(hidden)}
<fieldset><legend>Who are you?</legend>${each(choices)}</fieldset>
<h2>${appName} will be able to</h2>
<ul>${each(permissions.map((permission) => html`<li>${permission}</li>`))}</ul>
<details><summary>Make something go wrong</summary>
<select name="fault" aria-label="What should go wrong"><option value="">Nothing</option>${each(faults)}</select>
</details>
<div class="buttons">
<button name="decision" value="deny">Cancel</button>
<button name="decision" value="allow">Allow</button>
</div>
</form>`
}

const errorText = (error: string, reason: string): Html => html`
<h1>Something went wrong when authorizing this app</h1>
<p>${reason}</p>
<p><code>${error}</code></p>`

const notFoundText: Html = html`
<h1>Page not found</h1>
<p>Create a link with latch and open it: it leads to this stand-in's consent page.</p>`
