import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Sealing } from '../../secrets/sealing.ts'
import type { Database } from '../database/client.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { type Pending, REFRESH_TOKENS } from '../jobs/pending.ts'
import type { Counts } from '../reading/counts.ts'
import type { Page, Paging } from '../reading/pagination.ts'
import type { RowCache } from '../reading/row-cache.ts'
import { channelConnections, channelEndpoints } from '../schema/channels.ts'
import { expectation, expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import { isOfOwner, scheduleProof } from './connection-approvals.ts'
import { type ConnectionAuth, openAuth, refreshAtMs, sealAuth } from './connection-auth.ts'
import {
  type ConnectionFilter,
  type ConnectionRow,
  connectionSource,
  pageOfConnections,
} from './connection-list.ts'
import {
  type Connection,
  type ConnectionOwner,
  type PendingConsent,
  type Row,
  toConnection,
} from './connection-rows.ts'
import {
  connectionOfWorkspace,
  type IntegrationWorkspace,
  type LinkedUser,
} from './workspace-connections.ts'

/** A connection with everything needed to show it. */
export type ConnectionWithAuth = {
  connection: Connection
  auth: ConnectionAuth
  pending: Pending | null
  integration: { identifier: string; providerId: string; channel: string }
}

/** The fields of a connection that describe its workspace. */
export type Workspace = Pick<Connection, 'workspaceId' | 'workspaceName' | 'botUserId'>

export type Connections = {
  page(filter: ConnectionFilter, paging: Paging): Promise<Page<ConnectionWithAuth>>
  /** Replaces a connection's workspace and tokens completely. */
  replace(id: string, workspace: Workspace, auth: ConnectionAuth, nowMs: number): readonly Write[]
  delete(id: string): Write
  /** Fails the commit if the connection no longer exists. */
  expectPresent(id: string): Write
  /**
   * Fails the commit unless the connection exists and has the same owner and workspace. Its tokens
   * may have been replaced.
   */
  expectSame(read: Connection): Write
  /**
   * Fails the commit if the connection no longer exists, has a different workspace, or must be
   * approved first.
   */
  expectInWorkspace(connection: Pick<Connection, 'id' | 'workspaceId'>): Write
  /** Fails the commit if the connection no longer exists or is no longer identity-only. */
  expectIdentityOnly(id: string): Write
  findWithAuth(environmentId: string, identifier: string): Promise<ConnectionWithAuth | null>
  find(integrationId: string, identifier: string): Connection | null | Promise<Connection | null>
  /**
   * The writes for a new connection, whose `auth` is sealed, and for its follow-up job: refreshing
   * its tokens when they are due, or confirming a pending consent.
   */
  insert(
    connection: Connection,
    auth: ConnectionAuth,
    pending?: PendingConsent | null,
  ): readonly Write[]
  /** The owner's connection; one that must be approved first has no owner. */
  findByOwner(integrationId: string, owner: ConnectionOwner): Promise<Connection | null>
  /**
   * The workspace's connection in which a user is linked if the link names none: see
   * `connectionOfWorkspace`.
   */
  findForUser(workspace: IntegrationWorkspace, user: LinkedUser): Promise<Connection | null>
  /** Fails the commit unless `findForUser` would find the same. */
  expectForUser(
    workspace: IntegrationWorkspace,
    user: LinkedUser,
    found: Pick<Connection, 'id'> | null,
  ): Write
  /**
   * The connection that was created because a user linked from a workspace that had not installed
   * the app.
   */
  findIdentityOnly(integrationId: string, workspaceId: string): Promise<Connection | null>
  /**
   * Updates a connection with the workspace and the tokens of an installation, and with its owner
   * if that changed.
   */
  install(
    connection: Connection,
    auth: ConnectionAuth,
    pending?: PendingConsent | null,
  ): readonly Write[]
}

export function createConnections(
  database: Database,
  sealing: Sealing,
  {
    counts,
    cacheRead,
    jobs,
  }: { counts: Counts; cacheRead: RowCache; jobs: Pick<Jobs, 'schedule'> },
): Connections {
  const byIdentifier = database
    .select()
    .from(channelConnections)
    .where(
      and(
        eq(channelConnections.integrationId, sql.placeholder('integrationId')),
        eq(channelConnections.identifier, sql.placeholder('identifier')),
      ),
    )
    .prepare()

  const withoutAuth = (row: Row | undefined): Connection | null =>
    row === undefined ? null : toConnection(row)
  const { integrationId, subscriberId, contextKeys, workspaceId, origin, adminProblem } =
    channelConnections

  const toRow = (
    connection: Connection,
    auth: ConnectionAuth,
    pending: PendingConsent | null = null,
  ): Row => ({
    ...connection,
    authSealed: sealAuth(sealing, connection.id, auth),
    consentProblem: pending?.problem ?? null,
  })

  const expectOne = (where: SQL | undefined): Write =>
    expectRow(database, channelConnections, where)

  const causedJobs = (
    subject: string,
    auth: ConnectionAuth,
    pending: PendingConsent | null = null,
  ): Write[] => {
    if (pending !== null) return [scheduleProof(jobs, subject, pending)]
    const dueAtMs = refreshAtMs(auth)
    return dueAtMs === null ? [] : [jobs.schedule({ kind: REFRESH_TOKENS, subject, dueAtMs })]
  }

  const unseal = ({ integration, pending, ...row }: ConnectionRow): ConnectionWithAuth => ({
    connection: toConnection(row),
    auth: openAuth(sealing, row.id, row.authSealed),
    pending,
    integration,
  })

  return {
    findWithAuth: async (environment, identifier) => {
      const where = and(
        eq(channelConnections.environmentId, environment),
        eq(channelConnections.identifier, identifier),
      )
      const [found] = await connectionSource(database, counts).select(where, [], 1)
      return found === undefined ? null : unseal(found)
    },
    page: async (filter, paging) => {
      const page = await pageOfConnections(database, counts, filter, paging)
      return { ...page, items: page.items.map(unseal) }
    },
    replace: (id, { workspaceId: workspace, workspaceName, botUserId }, auth, updatedAtMs) => [
      toWrite(
        database
          .update(channelConnections)
          .set({
            workspaceId: workspace,
            workspaceName,
            botUserId,
            // It now has its own token, so it is no longer identity-only.
            origin: sql`case ${origin} when 'identity' then 'api' else ${origin} end`,
            authSealed: sealAuth(sealing, id, auth),
            consentProblem: null,
            // The backend says itself which workspace it is, as if it had created the connection.
            adminProblem: null,
            updatedAtMs,
          })
          .where(eq(channelConnections.id, id)),
      ),
      ...causedJobs(id, auth),
    ],
    delete: (id) =>
      toWrite(database.delete(channelConnections).where(eq(channelConnections.id, id))),
    expectPresent: (id) => expectOne(eq(channelConnections.id, id)),
    expectSame: (read) =>
      expectOne(
        and(
          eq(channelConnections.id, read.id),
          sql`${subscriberId} is ${read.subscriberId}`,
          eq(contextKeys, read.contextKeys),
          eq(workspaceId, read.workspaceId),
          sql`${channelConnections.workspaceName} is ${read.workspaceName}`,
          sql`${channelConnections.botUserId} is ${read.botUserId}`,
        ),
      ),
    expectInWorkspace: (connection) =>
      expectOne(
        and(
          eq(channelConnections.id, connection.id),
          eq(workspaceId, connection.workspaceId),
          isNull(adminProblem),
        ),
      ),
    expectIdentityOnly: (id) =>
      expectOne(and(eq(channelConnections.id, id), eq(origin, 'identity'))),
    find: cacheRead(['channel_connections'], async (integration, identifier) =>
      withoutAuth(await byIdentifier.get({ integrationId: integration, identifier })),
    ),
    findByOwner: async (integration, owner) =>
      withoutAuth(
        await database
          .select()
          .from(channelConnections)
          .where(and(isOfOwner(integration, owner), isNull(adminProblem)))
          .get(),
      ),
    findForUser: async (workspace, user) =>
      withoutAuth(await connectionOfWorkspace(database, workspace, user).get()),
    expectForUser: (workspace, user, found) => {
      const usable = connectionOfWorkspace(database, workspace, user).as('usable')
      const id = sql`(select ${usable.id} from ${usable})`
      return expectation(database, found === null ? sql`${id} is null` : sql`${id} = ${found.id}`, [
        channelConnections,
        channelEndpoints,
      ])
    },
    findIdentityOnly: async (integration, workspace) =>
      withoutAuth(
        await database
          .select()
          .from(channelConnections)
          .where(
            and(eq(integrationId, integration), eq(workspaceId, workspace), eq(origin, 'identity')),
          )
          .get(),
      ),
    install: (connection, auth, pending) => {
      const { id: _, createdAtMs: __, ...changed } = toRow(connection, auth, pending)
      return [
        toWrite(
          database
            .update(channelConnections)
            .set(changed)
            .where(eq(channelConnections.id, connection.id)),
        ),
        ...causedJobs(connection.id, auth, pending),
      ]
    },
    insert: (connection, auth, pending) => [
      toWrite(database.insert(channelConnections).values(toRow(connection, auth, pending))),
      ...causedJobs(connection.id, auth, pending),
    ],
  }
}
