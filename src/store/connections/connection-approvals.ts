import { and, asc, eq, isNotNull, isNull, ne, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { PROVE_CONSENT } from '../jobs/pending.ts'
import { channelConnections } from '../schema/channels.ts'
import { expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import {
  type Connection,
  type ConnectionOwner,
  type PendingConsent,
  toConnection,
} from './connection-rows.ts'
import type { IntegrationWorkspace } from './workspace-connections.ts'

/**
 * Connections that an operator must approve, because the person who consented has not proven to be
 * an administrator. They have no owner until then.
 */
export type ConnectionApprovals = {
  /** The connection that is the owner's once it is approved. */
  findOf(integrationId: string, owner: ConnectionOwner): Promise<Connection | null>
  /** Those of an integration, oldest first. */
  list(integrationId: string, limit: number): Promise<readonly Connection[]>
  /** Fails the commit if the connection no longer exists, or no longer has to be approved. */
  expect(connection: Pick<Connection, 'id'>): Write
  /** Approves it. `pending`: why its consent is not in effect yet; null if it is. */
  approve(connection: Connection, pending: PendingConsent | null): readonly Write[]
  /** The other connections of a workspace, which have an owner, oldest first. */
  listOwned(
    workspace: IntegrationWorkspace,
    except: Pick<Connection, 'id'>,
    limit: number,
  ): Promise<readonly Connection[]>
}

/** Matches the connections of an owner, and those that would be the owner's if approved. */
export function isOfOwner(integration: string, owner: ConnectionOwner): SQL | undefined {
  const { integrationId, subscriberId, contextKeys, origin } = channelConnections
  return and(
    eq(integrationId, integration),
    ne(origin, 'identity'),
    owner.subscriberId === null ? isNull(subscriberId) : eq(subscriberId, owner.subscriberId),
    eq(contextKeys, owner.contextKeys),
  )
}

/** The job that checks a consent again, which was checked once when it was found to be pending. */
export const scheduleProof = (
  jobs: Pick<Jobs, 'schedule'>,
  subject: string,
  { nextAttemptAtMs: dueAtMs }: PendingConsent,
): Write => jobs.schedule({ kind: PROVE_CONSENT, subject, dueAtMs, attempts: 1 })

export function createConnectionApprovals(
  database: Database,
  jobs: Pick<Jobs, 'schedule'>,
): ConnectionApprovals {
  const { id, integrationId, workspaceId, origin, adminProblem, createdAtMs } = channelConnections
  const find = async (where: SQL | undefined, limit: number): Promise<Connection[]> => {
    const rows = await database
      .select()
      .from(channelConnections)
      .where(where)
      .orderBy(asc(createdAtMs), asc(id))
      .limit(limit)
    return rows.map(toConnection)
  }

  return {
    findOf: async (integration, owner) => {
      const [found] = await find(and(isOfOwner(integration, owner), isNotNull(adminProblem)), 1)
      return found ?? null
    },

    list: (integration, limit) =>
      find(and(eq(integrationId, integration), isNotNull(adminProblem)), limit),

    expect: (connection) =>
      expectRow(database, channelConnections, and(eq(id, connection.id), isNotNull(adminProblem))),

    approve: (connection, pending) => [
      toWrite(
        database
          .update(channelConnections)
          .set({
            adminProblem: null,
            consentProblem: pending?.problem ?? null,
            updatedAtMs: connection.updatedAtMs,
          })
          .where(eq(id, connection.id)),
      ),
      ...(pending === null ? [] : [scheduleProof(jobs, connection.id, pending)]),
    ],

    listOwned: (workspace, except, limit) =>
      find(
        and(
          eq(integrationId, workspace.integrationId),
          eq(workspaceId, workspace.workspaceId),
          sql`${origin} <> 'identity'`,
          isNull(adminProblem),
          ne(id, except.id),
        ),
        limit,
      ),
  }
}
