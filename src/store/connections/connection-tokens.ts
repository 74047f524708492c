import { and, eq } from 'drizzle-orm'
import type { Sealing } from '../../secrets/sealing.ts'
import type { Database } from '../database/client.ts'
import { channelConnections } from '../schema/channels.ts'
import { expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import { type ConnectionAuth, openAuth, sealAuth } from './connection-auth.ts'

/** A connection with its credentials: tokens, or an administrator's consent. */
export type TokenHolder = {
  connectionId: string
  environmentId: string
  integrationId: string
  identifier: string
  subscriberId: string | null
  contextKeys: readonly string[]
  workspaceId: string
  workspaceName: string | null
  auth: ConnectionAuth
  authSealed: string
  /** Why an administrator's consent is not confirmed; null if it is, or if none is needed. */
  consentProblem: string | null
  /** Why an operator must approve the connection first; null if nobody must. */
  adminProblem: string | null
  updatedAtMs: number
}

export type ConnectionTokens = {
  read(connectionId: string): Promise<TokenHolder | null>
  /** Fails the commit if the connection has changed since it was read. */
  expectUnchanged(holder: TokenHolder): Write
  /** Replaces the tokens. */
  renew(connectionId: string, auth: ConnectionAuth, nowMs: number): Write
  /** Stores why a connection's consent is not confirmed; null once it is. */
  setConsentProblem(holder: TokenHolder, problem: string | null, nowMs: number): Write
}

export function createConnectionTokens(database: Database, sealing: Sealing): ConnectionTokens {
  const { id, authSealed, updatedAtMs } = channelConnections
  const update = (connectionId: string, values: Partial<typeof channelConnections.$inferInsert>) =>
    toWrite(database.update(channelConnections).set(values).where(eq(id, connectionId)))

  return {
    read: async (connectionId) => {
      const row = await database.select().from(channelConnections).where(eq(id, connectionId)).get()
      if (row === undefined) return null
      return {
        connectionId,
        environmentId: row.environmentId,
        integrationId: row.integrationId,
        identifier: row.identifier,
        subscriberId: row.subscriberId,
        contextKeys: row.contextKeys,
        workspaceId: row.workspaceId,
        workspaceName: row.workspaceName,
        auth: openAuth(sealing, connectionId, row.authSealed),
        authSealed: row.authSealed,
        consentProblem: row.consentProblem,
        adminProblem: row.adminProblem,
        updatedAtMs: row.updatedAtMs,
      }
    },

    expectUnchanged: (holder) =>
      expectRow(
        database,
        channelConnections,
        and(
          eq(id, holder.connectionId),
          eq(authSealed, holder.authSealed),
          eq(updatedAtMs, holder.updatedAtMs),
        ),
      ),

    renew: (connectionId, auth, nowMs) =>
      update(connectionId, {
        authSealed: sealAuth(sealing, connectionId, auth),
        updatedAtMs: nowMs,
      }),

    setConsentProblem: (holder, consentProblem, nowMs) => {
      // A different or repeated problem does not count as a change of the connection.
      const isStillPending = consentProblem !== null && holder.consentProblem !== null
      const updatedAtMs = isStillPending ? holder.updatedAtMs : nowMs
      return update(holder.connectionId, { consentProblem, updatedAtMs })
    },
  }
}
