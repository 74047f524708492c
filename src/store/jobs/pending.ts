import { and, eq, isNotNull, type SQL } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { jobs } from '../schema/internal.ts'
import type { Job } from './jobs.ts'

/** Exchanges a connection's refresh token before its access token expires. */
export const REFRESH_TOKENS = 'refresh_tokens'
/** Checks whether an administrator's consent, which a connection needs, has taken effect. */
export const PROVE_CONSENT = 'prove_consent'
/**
 * Retries until the app can message a linked user, which may need a bot in their chat. Stored rows
 * have this older name.
 */
export const INSTALL_BOT = 'reach_user'

/** The state of something that is retried until it succeeds. */
export type Pending = {
  problem: string
  /** Includes the current attempt. */
  attempts: number
  /** Null once latch has given up. */
  nextAttemptAtMs: number | null
  gaveUpAtMs: number | null
}

export const pendingColumns = {
  attempts: jobs.attempts,
  dueAtMs: jobs.dueAtMs,
  gaveUpAtMs: jobs.gaveUpAtMs,
}

/** Joins a row that has a problem with its job; rows without a problem need no lookup. */
export const isPendingJob = (
  kind: string,
  { subject, problem }: { subject: SQLiteColumn; problem: SQLiteColumn },
): SQL | undefined => and(isNotNull(problem), eq(jobs.kind, kind), eq(jobs.subject, subject))

/** The pending state of a row, from its problem and the job that it is joined with. */
export function toPending(
  problem: string | null,
  job: Pick<Job, keyof typeof pendingColumns> | null,
): Pending | null {
  if (problem === null) return null
  const { attempts = 0, dueAtMs = null, gaveUpAtMs = null } = job ?? {}
  return { problem, attempts, nextAttemptAtMs: gaveUpAtMs === null ? dueAtMs : null, gaveUpAtMs }
}
