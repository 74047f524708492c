import type { Metrics } from './metrics.ts'

type Fetch = (url: string, init: RequestInit) => Promise<Response>

/**
 * Counts calls to providers, by whose address begins the URL: until the head of the answer is there.
 * What the body says is the provider's own business, and the callback's outcome.
 */
export function measuredFetch(
  fetch: Fetch,
  addresses: Readonly<Record<string, string>>,
  metrics: Metrics,
  monotonicMs: () => number,
): Fetch {
  const providerOf = (url: string): string =>
    Object.entries(addresses).find(([, address]) => url.startsWith(address))?.[0] ?? 'other'
  return async function measured(url, init) {
    const startedMs = monotonicMs()
    const tell = (outcome: string): void =>
      metrics.providerCall(providerOf(url), outcome, (monotonicMs() - startedMs) / 1000)
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
