import { LRUCache } from 'lru-cache'

/** `application/x-www-form-urlencoded`, in the order given and without what is null. */
export type QueryString = (parameters: Readonly<Record<string, string | null>>) => string

/** What a form-encoded text leaves as it is (https://url.spec.whatwg.org/#urlencoded-serializing). */
const SAFE = /^[\w.*-]*$/

/** What `encodeURIComponent` leaves as it is and a form does not. */
const REST = /%20|[!'()~]/g

/** Redirect URLs and scopes are the same few from link to link; scopes, though, are the caller's. */
const REMEMBERED = { most: 100, length: 256 }

const encode = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(REST, (found) =>
    found === '%20' ? '+' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/**
 * Spells queries of names that stand for themselves, just as `URLSearchParams` would, which takes
 * five times as long: a tenth of all that a link takes. Remembers what it has encoded.
 */
export function createQueryString(): QueryString {
  const encoded = new LRUCache<string, string>({ max: REMEMBERED.most })

  function encodeOnce(text: string): string {
    if (text.length > REMEMBERED.length) return encode(text)
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
      text += `${text === '' ? '' : '&'}${name}=${SAFE.test(value) ? value : encodeOnce(value)}`
    }
    return text
  }
}
