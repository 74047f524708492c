import type { Deps } from '../deps.ts'

/** Tells the log that the database cannot do its work. */
export type StoreTrouble = (error: Error) => void

const TELL_EVERY_MS = 1000

/**
 * Once a second at most, with how many requests met it since: each of thousands would otherwise
 * write why, on a disk that may be full.
 */
export function createStoreTrouble({
  log,
  monotonicMs,
}: Pick<Deps, 'log' | 'monotonicMs'>): StoreTrouble {
  let toldAtMs = Number.NEGATIVE_INFINITY
  let requests = 0
  return (error) => {
    requests += 1
    const nowMs = monotonicMs()
    if (nowMs - toldAtMs < TELL_EVERY_MS) return
    log.error({ error, requests }, 'the database cannot do its work')
    toldAtMs = nowMs
    requests = 0
  }
}
