import pLimit from 'p-limit'
import type { Fetch } from './call-provider.ts'

/** Bun runs at most 256 requests at once in a process, and the database may need some of them. */
const MAX_CONCURRENT_CALLS = 100

/**
 * Limits concurrent calls: a provider that hangs must not block access to the database, where that
 * is a server. The calls' time limit also runs while they are queued.
 */
export function limitedFetch(fetch: Fetch): Fetch {
  const limit = pLimit(MAX_CONCURRENT_CALLS)
  return (url, init) => limit(() => fetch(url, init))
}
