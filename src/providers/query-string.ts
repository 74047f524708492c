import { LRUCache } from 'lru-cache'

/** Builds `application/x-www-form-urlencoded` text, in the order given; null values are omitted. */
export type QueryString = (parameters: Readonly<Record<string, string | null>>) => string

/**
 * Characters that form encoding leaves as they are
 * (https://url.spec.whatwg.org/#urlencoded-serializing).
 */
const SAFE = /^[\w.*-]*$/

/**
 * Characters that `encodeURIComponent` leaves as they are and form encoding does not, and its
 * encoded space.
 */
const ALSO_ENCODED = /%20|[!'()~]/g

/**
 * Bounds of the cache. Redirect URLs and scopes are the same few from link to link, but scopes come
 * from the caller.
 */
const CACHE = { maxEntries: 100, maxLength: 256 }

const encode = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(ALSO_ENCODED, (found) =>
    found === '%20' ? '+' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/**
 * Builds queries whose parameter names need no encoding, with the same result as `URLSearchParams`,
 * which takes five times as long: a tenth of the time that making a link takes. Caches encoded
 * values.
 */
export function createQueryString(): QueryString {
  const encoded = new LRUCache<string, string>({ max: CACHE.maxEntries })

  function encodeCached(text: string): string {
    if (text.length > CACHE.maxLength) return encode(text)
    const known = encoded.get(text)
    if (known !== undefined) return known
    const fresh = encode(text)
    encoded.set(text, fresh)
    return fresh
  }

  return (parameters) => {
    let text = ''
    for (const name in parameters) {
      const value = parameters[name]
      if (value === null || value === undefined) continue
      text += `${text === '' ? '' : '&'}${name}=${SAFE.test(value) ? value : encodeCached(value)}`
    }
    return text
  }
}
