import pLimit from 'p-limit'
import type { Fetch } from './call-provider.ts'

/** Bun has at most 256 requests under way in a process, and the database may need some of them. */
const MOST_AT_ONCE = 100

/**
 * Calls that wait their turn: a provider that hangs must not take the way to the database, where
 * that is a server. Their time limit runs while they wait.
 */
export function limitedFetch(fetch: Fetch): Fetch {
  const limit = pLimit(MOST_AT_ONCE)
  return (url, init) => limit(() => fetch(url, init))
}
