/** What a form-encoded text leaves as it is (https://url.spec.whatwg.org/#urlencoded-serializing). */
const SAFE = /^[\w.*-]*$/

/** What `encodeURIComponent` leaves as it is and a form does not. */
const REST = /%20|[!'()~]/g

const encode = (text: string): string =>
  SAFE.test(text)
    ? text
    : encodeURIComponent(text.toWellFormed()).replace(REST, (found) =>
        found === '%20' ? '+' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
      )

/**
 * `application/x-www-form-urlencoded`, in the order given and without what is null, of names that
 * stand for themselves: just what `URLSearchParams` makes of it, which takes five times as long, a
 * tenth of all that a link takes.
 */
export function queryString(parameters: Readonly<Record<string, string | null>>): string {
  let text = ''
  for (const name in parameters) {
    const value = parameters[name]
    if (value === null || value === undefined) continue
    text += `${text === '' ? '' : '&'}${name}=${encode(value)}`
  }
  return text
}
