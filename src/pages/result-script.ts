/** Beside the callback, so that the page finds it wherever latch is mounted. */
export const RESULT_SCRIPT = 'result.js'

/**
 * Tells the page that opened this one how it ended, to the origin that the integration names and no
 * other, and offers to close the window where a script may. A provider may have cut the two apart
 * (docs/providers.md#popups), so nobody should count on it: the API can be asked instead.
 */
const SCRIPT = `'use strict'
const { opener: origin, status, error } = document.querySelector('main').dataset
if (window.opener && origin) {
  window.opener.postMessage({ source: 'latch', status, error: error || null }, origin)
}
if (window.opener) {
  const button = document.querySelector('button')
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
