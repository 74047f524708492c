import type { Settings } from '../config.ts'
import { type Listener, listen } from '../http/listen.ts'
import { type Metrics, noMetrics } from '../observe/metrics.ts'
import type { Keyring } from '../secrets/keyring.ts'
import { readVersion } from '../version.ts'

/** Who counts, and where it is told. */
export type Watching = { metrics: Metrics; listener: Listener | null }

const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Counts for Prometheus where the operator asks for it, and tells on a listener of its own, which
 * users never reach. Throws `ListenError`.
 */
export async function startWatching(
  { metricsAddress }: Pick<Settings, 'metricsAddress'>,
  keyring: Keyring,
): Promise<Watching> {
  if (metricsAddress === null) return { metrics: noMetrics, listener: null }
  // 8 ms of every start, and most latches are watched by nobody.
  const { createPrometheus } = await import('../observe/prometheus.ts')
  const { metrics, render } = createPrometheus({
    ...readVersion(),
    secretKeys: () => ({
      kid: keyring.current.kid,
      previousKids: keyring.previous.map(({ kid }) => kid),
    }),
  })
  const listener = listen(metricsAddress.host, metricsAddress.port)
  listener.answerWith(async ({ url }) =>
    new URL(url).pathname === '/metrics'
      ? new Response(await render(), { headers: { 'content-type': PROMETHEUS_TEXT } })
      : new Response('Metrics are at /metrics.\n', { status: 404 }),
  )
  return { metrics, listener }
}
