import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Metrics } from './metrics.ts'

export type Prometheus = {
  metrics: Metrics
  /** All metrics in Prometheus' text format, version 0.0.4. */
  render(): Promise<string>
}

/** Values that are exported, some read at each scrape. */
export type Watched = {
  version: string
  commit: string
  /** The ids of the secret keys: the current one, and previous ones that still open values. */
  secretKeys(): { kid: string; previousKids: readonly string[] }
}

/** Begins at 0.1 ms: most requests are answered from memory. */
const REQUEST_SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15]
const PROVIDER_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1]
const STATEMENTS = [1, 2, 5, 10, 20, 50, 100, 200, 500]
const NANOSECONDS = 1e9

/** Records metrics with prom-client, the JavaScript client that Prometheus lists. */
export function createPrometheus(watched: Watched): Prometheus {
  const registry = new Registry()
  const registers = [registry]
  addProcess(registry)
  addFacts(registry, watched)

  const requests = new Histogram({
    name: 'latch_http_request_duration_seconds',
    help: 'Requests by method, route and status, and how long their answers took',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: REQUEST_SECONDS,
    registers,
  })
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers })
  const links = counter('latch_links_made_total', 'Links handed out', 'provider', 'mode')
  const callbacks = counter(
    'latch_callbacks_total',
    'How links ended, and why where they failed',
    'provider',
    'outcome',
    'reason',
  )
  const idempotency = counter(
    'latch_idempotency_total',
    'Requests with an Idempotency-Key, by what became of them',
    'outcome',
  )
  const limited = counter('latch_rate_limited_total', 'Requests refused with 429', 'category')
  const providers = new Histogram({
    name: 'latch_provider_call_duration_seconds',
    help: 'Calls to providers by outcome, and how long they took',
    labelNames: ['provider', 'outcome'] as const,
    buckets: PROVIDER_SECONDS,
    registers,
  })
  const statements = new Histogram({
    name: 'latch_commit_statements',
    help: 'Statements that were committed together',
    buckets: STATEMENTS,
    registers,
  })
  const commits = new Histogram({
    name: 'latch_commit_duration_seconds',
    help: 'How long commits took',
    buckets: COMMIT_SECONDS,
    registers,
  })

  return {
    metrics: {
      request: (method, route, status, seconds) => {
        requests.observe({ method, route, status }, seconds)
      },
      linkMade: (provider, mode) => links.inc({ provider, mode }),
      callback: (provider, outcome, reason) => callbacks.inc({ provider, outcome, reason }),
      idempotency: (outcome) => idempotency.inc({ outcome }),
      rateLimited: (category) => limited.inc({ category }),
      providerCall: (provider, outcome, seconds) => {
        providers.observe({ provider, outcome }, seconds)
      },
      commit: (count, seconds) => {
        statements.observe(count)
        commits.observe(seconds)
      },
    },
    render: () => registry.metrics(),
  }
}

/** Adds Prometheus' standard process metrics, and the event loop lag. */
function addProcess(registry: Registry): void {
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  // Most of the `nodejs_` metrics are meaningless under Bun.
  for (const { name } of registry.getMetricsAsArray()) {
    if (name.startsWith('nodejs_')) registry.removeSingleMetric(name)
  }
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  new Gauge({
    name: 'latch_event_loop_lag_seconds',
    help: 'How late the event loop was since the last scrape',
    labelNames: ['quantile'] as const,
    registers,
    collect() {
      for (const [quantile, seconds] of lagOf(delay)) this.set({ quantile }, seconds)
      delay.reset()
    },
  })
}

function lagOf(delay: ReturnType<typeof monitorEventLoopDelay>): [string, number][] {
  // With no measurements yet, the percentiles and the maximum are meaningless.
  const value = (nanoseconds: number): number => (delay.count === 0 ? 0 : nanoseconds / NANOSECONDS)
  return [
    ['0.5', value(delay.percentile(50))],
    ['0.99', value(delay.percentile(99))],
    ['1', value(delay.max)],
  ]
}

function addFacts(registry: Registry, { version, commit, secretKeys }: Watched): void {
  const registers = [registry]
  new Gauge({
    name: 'latch_build_info',
    help: 'Which latch this is; always 1',
    labelNames: ['version', 'commit'] as const,
    registers,
  }).set({ version, commit }, 1)
  new Gauge({
    name: 'latch_secret_key_info',
    help: 'The secret keys at hand: the current one seals, previous ones open what they sealed',
    labelNames: ['kid', 'state'] as const,
    registers,
    collect() {
      const { kid, previousKids } = secretKeys()
      this.reset()
      this.set({ kid, state: 'current' }, 1)
      for (const previous of previousKids) this.set({ kid: previous, state: 'previous' }, 1)
    },
  })
}
