/** Relative to the callback, so that it works under any path prefix. */
export const RESULT_SCRIPT = 'result.js'

/**
 * Sends the result to the page that opened this one, only to the origin configured in the
 * integration, and shows a button that closes the window where a script may. A provider may have
 * severed the connection to the opener (docs/providers.md#popups), so clients must not rely on the
 * message: they can ask the API instead.
 */
const SCRIPT = `'use strict'
const { opener: origin, status, error } = document.querySelector('main').dataset
if (window.opener && origin) {
  window.opener.postMessage({ source: 'latch', status, error: error || null }, origin)
}
if (window.opener) {
  const button = document.querySelector('#close')
  button.hidden = false
  button.addEventListener('click', () => window.close())
}
`

export const resultScript = (): Response =>
  new Response(SCRIPT, {
    headers: {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'x-content-type-options': 'nosniff',
    },
  })
