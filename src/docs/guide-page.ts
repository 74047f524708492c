import { type Html, html } from '../pages/html.ts'
import { GUIDES, titleOf } from './guides.ts'

/** Allows text only: no scripts, no images, nothing from another origin. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'"

const STYLE: Html = {
  html: `<style>
:root { color-scheme: light dark; background: light-dark(#fff, #16181d); color: light-dark(#16181d, #e8eaed) }
body { margin: 0 auto; padding: 1rem; max-width: 46rem; font: 1rem/1.6 system-ui, sans-serif }
a { color: light-dark(#0645ad, #8ab4f8) }
nav a { margin-right: 1rem; display: inline-block }
pre, code { font-family: ui-monospace, monospace; font-size: .9em }
code { overflow-wrap: anywhere }
pre { white-space: pre-wrap; padding: .75rem; border: 1px solid #8884; border-radius: .4rem }
table { border-collapse: collapse }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884 }
</style>`,
}

const LINKS: readonly [string, string][] = [
  ...[...GUIDES].map(([name, text]): [string, string] => [`/docs/${name}`, titleOf(text)]),
  ['/openapi', 'API reference'],
]

const joined = (parts: readonly Html[]): Html => ({ html: parts.map((part) => part.html).join('') })

/** The index of the documentation. */
export const indexPage = (): Response => {
  const items = LINKS.map(([path, title]) => html`<li><a href="${path}">${title}</a></li>`)
  return page('latch', html`<h1>latch</h1><ul>${joined(items)}</ul>`)
}

/** Renders Markdown as a page, with the runtime's own renderer. */
export const markdownPage = (markdown: string): Response => {
  const content = Bun.markdown.html(markdown, { headings: { ids: true } })
  // The guides link to each other's files, so that the links also work in the repository.
  const linked = content.replaceAll(/href="([\w-]+)\.md(#[\w-]+)?"/g, 'href="/docs/$1$2"')
  return page(titleOf(markdown), { html: linked })
}

function page(title: string, content: Html): Response {
  const nav = LINKS.map(([path, text]) => html`<a href="${path}">${text}</a>`)
  const { html: text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
${STYLE}
</head>
<body>
<nav aria-label="Documentation"><a href="/docs">latch</a>${joined(nav)}</nav>
<main>${content}</main>
</body>
</html>
`
  return new Response(text, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
  })
}
