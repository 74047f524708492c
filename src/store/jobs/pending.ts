import { and, eq, isNotNull, type SQL } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { jobs } from '../schema/internal.ts'
import type { Job } from './jobs.ts'

/** Exchanges a connection's refresh token before its access token expires. */
export const REFRESH_TOKENS = 'refresh_tokens'
/** Asks whether an administrator's consent, which a connection needs, has taken effect. */
export const PROVE_CONSENT = 'prove_consent'
/** Makes the app able to reach the person of an endpoint. */
export const REACH_USER = 'reach_user'

/** What is in the way of something that is tried again and again. */
export type Pending = {
  problem: string
  /** The attempt under way counts. */
  attempts: number
  /** Null once it has been given up. */
  nextAttemptAtMs: number | null
  gaveUpAtMs: number | null
}

export const pendingColumns = {
  attempts: jobs.attempts,
  dueAtMs: jobs.dueAtMs,
  gaveUpAtMs: jobs.gaveUpAtMs,
}

/** By what a row that has a problem is joined with its job; others need no look at the jobs. */
export const isPendingJob = (
  kind: string,
  { subject, problem }: { subject: SQLiteColumn; problem: SQLiteColumn },
): SQL | undefined => and(isNotNull(problem), eq(jobs.kind, kind), eq(jobs.subject, subject))

/** What is pending of a row, by its problem and the job that it is joined with. */
export function toPending(
  problem: string | null,
  job: Pick<Job, keyof typeof pendingColumns> | null,
): Pending | null {
  if (problem === null) return null
  const { attempts = 0, dueAtMs = null, gaveUpAtMs = null } = job ?? {}
  return { problem, attempts, nextAttemptAtMs: gaveUpAtMs === null ? dueAtMs : null, gaveUpAtMs }
}
