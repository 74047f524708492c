import { createHash } from 'node:crypto'
import { type Html, html } from './html.ts'
import { SECURITY_HEADERS, strictPolicy } from './security-headers.ts'
import { STYLE } from './style.ts'

/** A page for a user, without what all of them have. */
export type Page = {
  title: string
  body: Html
  /** Whether it has a form. Only then may it submit one. */
  hasForm: boolean
  /** A file beside the page's address, or code in it. Most pages run none. */
  script?: { file: string } | { code: string }
  /** As in the `Refresh` header. */
  refresh?: string
}

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/**
 * Returns a function that renders a page as a response with a strict Content-Security-Policy. The
 * hash of the style is computed once.
 */
export function createLayout(): (status: number, page: Page) => Response {
  const styleHash = hashOf(STYLE)
  return (status, page) => {
    const { hasForm, script } = page
    const scripts = script && `; script-src ${'file' in script ? "'self'" : hashOf(script.code)}`
    const formAction = hasForm ? "'self'" : "'none'"
    const headers = {
      ...SECURITY_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        strictPolicy(`style-src ${styleHash}; `, formAction) + (scripts ?? ''),
      'referrer-policy': referrerPolicyOf(page),
    }
    return new Response(render(page).html, { status, headers })
  }
}

/** With `no-referrer`, browsers send a form with `Origin: null`, and latch could not check it. */
const referrerPolicyOf = ({ hasForm }: Page): string => (hasForm ? 'same-origin' : 'no-referrer')

function render(page: Page): Html {
  const { title, body, script, refresh } = page
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex,nofollow">
<meta name="referrer" content="${referrerPolicyOf(page)}">
${refresh === undefined ? null : html`<meta http-equiv="refresh" content="${refresh}">`}
<title>${title}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
${body}
${script === undefined ? null : scriptElement(script)}
</body>
</html>
`
}

const scriptElement = (script: NonNullable<Page['script']>): Html =>
  'file' in script
    ? html`<script src="${script.file}"></script>`
    : { html: `<script>${script.code}</script>` }
