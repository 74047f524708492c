import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

type Fetch = (url: string, init: RequestInit) => Promise<Response>

type Measuring = { metrics: Metrics; log: Pick<Log, 'debug'>; monotonicMs(): number }

/**
 * Counts calls to providers and measures the time until the response headers arrive; the body is
 * interpreted by the provider's own code and counted as the callback's outcome. A call is labelled
 * with the name of the address that its URL begins with. If several match, the longest wins, as one
 * address may be below another.
 */
export function measuredFetch(
  fetch: Fetch,
  addresses: Readonly<Record<string, string>>,
  { metrics, log, monotonicMs }: Measuring,
): Fetch {
  const longestFirst = Object.entries(addresses).sort(
    ([, left], [, right]) => right.length - left.length,
  )
  const providerOf = (url: string): string =>
    longestFirst.find(([, address]) => url.startsWith(address))?.[0] ?? 'other'
  return async function measured(url, init) {
    const startedMs = monotonicMs()
    const tell = (outcome: string): void => {
      const [address, durationMs] = [providerOf(url), monotonicMs() - startedMs]
      metrics.providerCall(address, outcome, durationMs / 1000)
      const fields = { address, outcome, durationMs: Math.round(durationMs) }
      log.debug(fields, 'a provider was called')
    }
    try {
      const response = await fetch(url, init)
      tell(String(response.status))
      return response
    } catch (error) {
      tell(error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unreachable')
      throw error
    }
  }
}
