/** What a request asks for, out of its address. */
export type RequestTarget = {
  path: string
  /** With its question mark; empty where nothing comes after it. */
  search: string
}

/**
 * Takes the address of a request apart, which is absolute and normal as it comes to the routes (Bun
 * made it with a URL parser, the front refuses what is none): to parse it once more took 2 % of a link
 * with an idempotency key.
 */
export function targetOf(url: string): RequestTarget {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  if (start === -1) return { path: '/', search: '' }
  const question = url.indexOf('?', start)
  if (question === -1) return { path: url.slice(start), search: '' }
  const search = url.slice(question)
  return { path: url.slice(start, question), search: search === '?' ? '' : search }
}
