import { and, asc, eq, lte } from 'drizzle-orm'
import type { Sealing } from '../../secrets/sealing.ts'
import type { Database } from '../database/client.ts'
import { channelConnections } from '../schema/channels.ts'
import type { Writer } from '../writer/writer.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import { type ConnectionAuth, openAuth, refreshAgainAtMs, sealAuth } from './connection-auth.ts'

/** A connection whose tokens somebody is about to refresh. */
export type TokenHolder = {
  connectionId: string
  environmentId: string
  integrationId: string
  workspaceId: string
  auth: ConnectionAuth
  /** How often an administrator's consent could not be proven; null where it is, or needs none. */
  consentAttempts: number | null
}

export type ConnectionTokens = {
  /** Connections whose tokens are due, the longest overdue first. */
  due(nowMs: number, limit: number): Promise<string[]>
  /**
   * True for one caller, over all processes, until `untilMs`: refresh tokens are good once.
   * What is read after this is what the last holder stored.
   */
  lease(connectionId: string, nowMs: number, untilMs: number): Promise<boolean>
  read(connectionId: string): Promise<TokenHolder | null>
  /** The write of a new pair; ends the lease. */
  renew(connectionId: string, auth: ConnectionAuth, nowMs: number): Write
  /** A consent that is proven; ends the lease. */
  confirmConsent(connectionId: string, nowMs: number): Write
  /** One that is still not, and is tried again at `retryAtMs`; ends the lease. */
  postponeConsent(holder: TokenHolder, problem: string, retryAtMs: number): Write
  /** Ends the lease with nothing changed; due tokens are tried again at `retryAtMs`. */
  giveUp(connectionId: string, retryAtMs: number | null): Write
}

export function createConnectionTokens(
  database: Database,
  writer: Writer,
  sealing: Sealing,
): ConnectionTokens {
  const { id, refreshAtMs: dueAtMs, refreshLeaseUntilMs } = channelConnections
  const update = (connectionId: string, values: Partial<typeof channelConnections.$inferInsert>) =>
    toWrite(database.update(channelConnections).set(values).where(eq(id, connectionId)))

  return {
    due: async (nowMs, limit) => {
      const rows = await database
        .select({ id })
        .from(channelConnections)
        .where(and(lte(dueAtMs, nowMs), lte(refreshLeaseUntilMs, nowMs)))
        .orderBy(asc(dueAtMs))
        .limit(limit)
      return rows.map((row) => row.id)
    },

    lease: async (connectionId, nowMs, untilMs) => {
      const [leased] = await writer.commit([
        toWrite(
          database
            .update(channelConnections)
            .set({ refreshLeaseUntilMs: untilMs })
            .where(and(eq(id, connectionId), lte(refreshLeaseUntilMs, nowMs))),
        ),
      ])
      return leased?.rowsAffected === 1
    },

    read: async (connectionId) => {
      const row = await database.select().from(channelConnections).where(eq(id, connectionId)).get()
      if (row === undefined) return null
      const { environmentId, integrationId, workspaceId, authSealed, consentProblem } = row
      const auth = openAuth(sealing, connectionId, authSealed)
      const consentAttempts = consentProblem === null ? null : row.consentAttempts
      return { connectionId, environmentId, integrationId, workspaceId, auth, consentAttempts }
    },

    renew: (connectionId, auth, nowMs) =>
      update(connectionId, {
        authSealed: sealAuth(sealing, connectionId, auth),
        refreshAtMs: refreshAgainAtMs(auth, nowMs),
        refreshLeaseUntilMs: 0,
        updatedAtMs: nowMs,
      }),

    confirmConsent: (connectionId, nowMs) =>
      update(connectionId, {
        consentProblem: null,
        consentAttempts: 0,
        refreshAtMs: null,
        refreshLeaseUntilMs: 0,
        updatedAtMs: nowMs,
      }),

    postponeConsent: ({ connectionId, consentAttempts }, consentProblem, retryAtMs) =>
      update(connectionId, {
        consentProblem,
        consentAttempts: (consentAttempts ?? 0) + 1,
        refreshAtMs: retryAtMs,
        refreshLeaseUntilMs: 0,
      }),

    giveUp: (connectionId, retryAtMs) =>
      update(connectionId, {
        refreshLeaseUntilMs: 0,
        ...(retryAtMs !== null && { refreshAtMs: retryAtMs }),
      }),
  }
}
