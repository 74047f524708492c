import type { channelConnections } from '../schema/channels.ts'

export type Row = typeof channelConnections.$inferSelect

/** A workspace or tenant in which an integration is installed or known. */
export type Connection = Omit<
  Row,
  'authSealed' | 'consentProblem' | 'consentAttempts' | 'refreshAtMs' | 'refreshLeaseUntilMs'
>

/** A consent that was claimed and is not proven: what is in the way, and when it is tried again. */
export type PendingConsent = { problem: string; nextAttemptAtMs: number }

/** A consent that is pending, with how often it was tried. */
export type TriedConsent = PendingConsent & { attempts: number }

export function pendingOf(row: Row): TriedConsent | null {
  const { consentProblem: problem, consentAttempts: attempts, refreshAtMs: nextAttemptAtMs } = row
  return problem === null ? null : { problem, attempts, nextAttemptAtMs: nextAttemptAtMs ?? 0 }
}

/** Without what the store alone looks at. */
export function toConnection({
  authSealed: _,
  refreshAtMs: __,
  refreshLeaseUntilMs: ___,
  consentProblem: ____,
  consentAttempts: _____,
  ...connection
}: Row): Connection {
  return connection
}
