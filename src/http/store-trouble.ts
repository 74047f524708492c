import type { Deps } from '../deps.ts'

/** Tells the log that the database cannot do its work. */
export type StoreTrouble = (error: Error) => void

const TELL_EVERY_MS = 1000

/**
 * Once a second at most: each of thousands of requests would otherwise write why, on a disk that may
 * be full.
 */
export function createStoreTrouble({
  log,
  monotonicMs,
}: Pick<Deps, 'log' | 'monotonicMs'>): StoreTrouble {
  let toldAtMs = Number.NEGATIVE_INFINITY
  return (error) => {
    const nowMs = monotonicMs()
    if (nowMs - toldAtMs < TELL_EVERY_MS) return
    log.error({ error }, 'the database cannot do its work')
    toldAtMs = nowMs
  }
}
