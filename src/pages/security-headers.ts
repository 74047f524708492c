/**
 * The Content-Security-Policy of a response that loads nothing but `sources`, submits forms to
 * `formAction` alone, and is not framed.
 */
export const strictPolicy = (sources = '', formAction: "'none'" | "'self'" = "'none'"): string =>
  `default-src 'none'; ${sources}base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`

/**
 * The headers of everything that a link leads to. Its address contains a code or a state, so it must
 * not be cached, be sent on as a referrer, or be indexed.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': strictPolicy(),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow',
}
