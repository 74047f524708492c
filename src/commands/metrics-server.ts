import type { Settings } from '../config.ts'
import { type Listener, listen } from '../http/listen.ts'
import { type Metrics, noMetrics } from '../observe/metrics.ts'
import type { Keyring } from '../secrets/keyring.ts'
import { readVersion } from '../version.ts'

/** Records metrics, and serves them on its own listener. */
export type MetricsServer = { metrics: Metrics; listener: Listener | null }

const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Serves metrics for Prometheus if configured, on a separate listener, which users cannot reach.
 * Throws `ListenError`.
 */
export async function startMetricsServer(
  { metricsAddress }: Pick<Settings, 'metricsAddress'>,
  keyring: Keyring,
): Promise<MetricsServer> {
  if (metricsAddress === null) return { metrics: noMetrics, listener: null }
  // Loaded only if needed: it takes 8 ms of the start, and most operators collect no metrics.
  const { createPrometheus } = await import('../observe/prometheus.ts')
  const { metrics, render } = createPrometheus({
    ...readVersion(),
    secretKeys: () => ({
      kid: keyring.current.kid,
      previousKids: keyring.previous.map(({ kid }) => kid),
    }),
  })
  const listener = listen(metricsAddress.host, metricsAddress.port, {
    portSetBy: 'LATCH_METRICS_ADDRESS',
  })
  listener.setHandler(async ({ url }) =>
    new URL(url).pathname === '/metrics'
      ? new Response(await render(), { headers: { 'content-type': PROMETHEUS_TEXT } })
      : new Response('Metrics are at /metrics.\n', { status: 404 }),
  )
  return { metrics, listener }
}
