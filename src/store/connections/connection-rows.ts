import type { channelConnections } from '../schema/channels.ts'

export type Row = typeof channelConnections.$inferSelect

/** A workspace (Slack) or tenant (Entra) in which an integration is installed or known. */
export type Connection = Omit<Row, 'authSealed' | 'consentProblem'>

/** A consent that was claimed and is not proven: what is in the way, and when it is tried again. */
export type PendingConsent = { problem: string; nextAttemptAtMs: number }

/** Without what the store alone looks at. */
export function toConnection({
  authSealed: _,
  consentProblem: __,
  ...connection
}: Row): Connection {
  return connection
}
