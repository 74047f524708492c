/**
 * The metrics that latch records. Labels have few, known values, and never an identifier, an
 * address or a name of a person. Times are in seconds, as is usual for Prometheus.
 */
export type Metrics = {
  request(method: string, route: string, status: number, seconds: number): void
  linkMade(provider: string, mode: 'link_user' | 'connect'): void
  /** The outcome of a callback, named as in the log; `none` if the provider is unknown. */
  callback(provider: string, outcome: string, reason: string): void
  idempotency(outcome: 'first' | 'replayed' | 'in_use' | 'other_body'): void
  rateLimited(category: string): void
  providerCall(provider: string, outcome: string, seconds: number): void
  /** One commit by the writer. */
  commit(statements: number, seconds: number): void
}

/** Used when metrics are disabled: records nothing. */
export const noMetrics: Metrics = {
  request() {},
  linkMade() {},
  callback() {},
  idempotency() {},
  rateLimited() {},
  providerCall() {},
  commit() {},
}
