import type { channelConnections } from '../schema/channels.ts'

export type Row = typeof channelConnections.$inferSelect

/**
 * A workspace (Slack) or tenant (Entra) where an integration is installed, or from which a user has
 * linked.
 */
export type Connection = Omit<Row, 'authSealed' | 'consentProblem'>

/**
 * A consent that was reported but is not confirmed yet: the problem, and when it is checked next.
 */
export type PendingConsent = { problem: string; nextAttemptAtMs: number }

/** The owner of a connection. An integration has at most one connection per owner. */
export type ConnectionOwner = { subscriberId: string | null; contextKeys: readonly string[] }

/** Removes the columns that only the store uses. */
export function toConnection({
  authSealed: _,
  consentProblem: __,
  ...connection
}: Row): Connection {
  return connection
}
