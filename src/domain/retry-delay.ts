const FIRST_DELAY_MS = 30_000
/** Permissions at Entra take effect within about an hour, and may be granted at any time. */
const MAX_DELAY_MS = 60 * 60_000

/**
 * The delay in milliseconds after this many failed attempts: 30 s, doubled each time, at most an
 * hour.
 */
export const retryDelayMs = (failedAttempts: number): number =>
  Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failedAttempts, 10))
