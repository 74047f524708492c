import type { Config } from '../config.ts'

/** `{"data": …}` around a single result, where the operator asks for it; lists have theirs. */
export function inEnvelope(config: Pick<Config, 'responseEnvelope'>, result: unknown): unknown {
  if (config.responseEnvelope === 'none') return result
  if (typeof result !== 'object' || result === null) return result
  return 'data' in result && Array.isArray(result.data) ? result : { data: result }
}
