import stylesheet from 'swagger-ui-dist/swagger-ui.css' with { type: 'file' }
import script from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'file' }
import { html } from '../pages/html.ts'
import start from './browser/start.js' with { type: 'file' }

/** Loads only what latch itself serves; Swagger UI embeds images as `data:` URLs. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'"

const PAGE = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>latch API</title>
<link rel="stylesheet" href="openapi/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<main id="reference"></main>
<noscript>This page needs JavaScript. The same as text: <a href="llms.txt">llms.txt</a></noscript>
<script src="openapi/swagger-ui.js"></script>
<script src="openapi/start.js"></script>
</body>
</html>
`

/** The interactive API reference (Swagger UI). */
export const referencePage = (): Response =>
  new Response(PAGE.html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
  })

/**
 * Files that the reference page loads. They are embedded in the binary, so that the page works
 * offline.
 */
export const ASSETS: ReadonlyMap<string, { file: string; type: string }> = new Map([
  ['swagger-ui.js', { file: script, type: 'text/javascript; charset=utf-8' }],
  ['swagger-ui.css', { file: stylesheet, type: 'text/css; charset=utf-8' }],
  ['start.js', { file: start, type: 'text/javascript; charset=utf-8' }],
])
