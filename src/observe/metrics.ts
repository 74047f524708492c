/**
 * What latch counts of itself. Labels are few and known: no identifier, address or name of anybody.
 * Times are in seconds, as Prometheus has them.
 */
export type Metrics = {
  request(method: string, route: string, status: number, seconds: number): void
  linkMade(provider: string, mode: 'link_user' | 'connect'): void
  /** How a link ended, by the names that the log has for it; `none` where no provider is known. */
  callback(provider: string, outcome: string, reason: string): void
  idempotency(outcome: 'first' | 'replayed' | 'in_use' | 'other_body'): void
  rateLimited(category: string): void
  providerCall(provider: string, outcome: string, seconds: number): void
  /** One commit of the writer. */
  commit(statements: number, seconds: number): void
}

/** For who does not watch: nothing is counted, and nothing is kept. */
export const noMetrics: Metrics = {
  request() {},
  linkMade() {},
  callback() {},
  idempotency() {},
  rateLimited() {},
  providerCall() {},
  commit() {},
}
