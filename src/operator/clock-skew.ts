import type { Fetch } from '../providers/call-provider.ts'
import { type Finding, failed, ok } from '../providers/diagnostics.ts'

/**
 * The `Date` header has a resolution of one second, and the response was in transit for a while.
 */
const TOLERABLE_MS = 10_000
const REMEDY = 'Synchronize the clock of this machine by NTP (systemd-timesyncd, chrony).'

/**
 * Compares this machine's clock with those of the servers that `fetchWatched` calls (RFC 9110
 * §6.6.1). With a wrong clock, valid id_tokens are refused, and links live too long or too short.
 */
export function watchClock(
  fetch: Fetch,
  clock: () => number,
): { fetchWatched: Fetch; skewed(): Finding[] } {
  let skewMs: number | null = null
  return {
    async fetchWatched(url, init) {
      const response = await fetch(url, init)
      const dateMs = Date.parse(response.headers.get('date') ?? '')
      if (!Number.isNaN(dateMs)) skewMs = clock() - dateMs
      return response
    },
    skewed() {
      if (skewMs === null) return []
      if (Math.abs(skewMs) <= TOLERABLE_MS) return [ok('it agrees with the providers')]
      const seconds = Math.round(Math.abs(skewMs) / 1000)
      const direction = skewMs > 0 ? 'ahead of' : 'behind'
      return [failed(`it is ${seconds} s ${direction} the providers'`, REMEDY)]
    },
  }
}
