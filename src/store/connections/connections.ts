import { and, eq, isNull, ne, type SQL, sql } from 'drizzle-orm'
import type { Sealing } from '../../secrets/sealing.ts'
import type { Database } from '../database/client.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { type Pending, PROVE_CONSENT, REFRESH_TOKENS } from '../jobs/pending.ts'
import type { Counts } from '../reading/counts.ts'
import type { Memory } from '../reading/memory.ts'
import type { Page, Paging } from '../reading/pages.ts'
import { channelConnections } from '../schema/channels.ts'
import { expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import { type ConnectionAuth, openAuth, refreshAtMs, sealAuth } from './connection-auth.ts'
import { releaseOthersEndpoints, takeOverOwnEndpoints } from './connection-endpoints.ts'
import {
  type ConnectionFilter,
  type ConnectionRow,
  connectionSource,
  pageOfConnections,
} from './connection-pages.ts'
import { type Connection, type PendingConsent, type Row, toConnection } from './connection-rows.ts'
import { connectionOfWorkspace, insertUnlessWorkspaceIsKnown } from './workspace-connections.ts'

/** Whom a connection is for: at most one of an integration is for the same. */
export type ConnectionOwner = { subscriberId: string | null; contextKeys: readonly string[] }

/** A connection with what it needs to be shown whole. */
export type ConnectionWithAuth = {
  connection: Connection
  auth: ConnectionAuth
  pending: Pending | null
  integration: { identifier: string; providerId: string; channel: string }
}

/** What a connection says of the workspace. */
export type Workspace = Pick<Connection, 'workspaceId' | 'workspaceName' | 'botUserId'>

export type Connections = {
  page(filter: ConnectionFilter, paging: Paging): Promise<Page<ConnectionWithAuth>>
  /** Gives a connection another workspace and tokens, wholesale. */
  replace(id: string, workspace: Workspace, auth: ConnectionAuth, nowMs: number): readonly Write[]
  delete(id: string): Write
  /** Fails the commit where the connection is gone by then. */
  expectPresent(id: string): Write
  /** Fails the commit where the connection is gone by then, or of another workspace. */
  expectInWorkspace(connection: Pick<Connection, 'id' | 'workspaceId'>): Write
  /** Fails the commit where the connection is gone by then, or somebody has installed it. */
  expectIdentityOnly(id: string): Write
  findWithAuth(environmentId: string, identifier: string): Promise<ConnectionWithAuth | null>
  find(integrationId: string, identifier: string): Connection | null | Promise<Connection | null>
  /**
   * The writes of a new connection, whose `auth` is sealed, and of what has to be done about it: its
   * tokens are refreshed when they are due, a consent is proven that is pending.
   */
  insert(
    connection: Connection,
    auth: ConnectionAuth,
    pending?: PendingConsent | null,
  ): readonly Write[]
  /** The write of a connection without tokens to refresh, unless the workspace has one already. */
  insertIfWorkspaceIsNew(connection: Connection, auth: ConnectionAuth): Write
  findByOwner(integrationId: string, owner: ConnectionOwner): Promise<Connection | null>
  /** The name of the workspace's connection that a user is linked in: see `connectionOfWorkspace`. */
  findNameForUser(
    workspace: { integrationId: string; workspaceId: string },
    user: { subscriberId: string; contextKeys: readonly string[] },
  ): Promise<string | null>
  /** The oldest connection of a workspace, whomever it is for. */
  findOfWorkspace(integrationId: string, workspaceId: string): Promise<Connection | null>
  /** The connection that was made when somebody linked from a workspace before it installed. */
  findIdentityOnly(integrationId: string, workspaceId: string): Promise<Connection | null>
  /** Gives a connection the workspace, the tokens and, where they changed, the owner of an install. */
  install(
    connection: Connection,
    auth: ConnectionAuth,
    pending?: PendingConsent | null,
  ): readonly Write[]
  /**
   * Gives a connection the endpoints of its owner that belong to the identity-only connection of the
   * workspace. Linked users whom it has already stay where they are.
   */
  takeOverOwnEndpoints(connection: Connection): Write
  /**
   * Moves the endpoints of others than its owner from a connection to the identity-only connection of
   * its workspace; `fallback` becomes that where it is needed and there is none.
   */
  releaseOthersEndpoints(
    connection: Connection,
    fallback: Connection,
    auth: ConnectionAuth,
  ): Write[]
}

export function createConnections(
  database: Database,
  sealing: Sealing,
  { counts, remember, jobs }: { counts: Counts; remember: Memory; jobs: Pick<Jobs, 'schedule'> },
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
  const { integrationId, subscriberId, contextKeys, workspaceId, origin } = channelConnections

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
    if (pending !== null) {
      // Whoever found out that it is pending has tried it once.
      const dueAtMs = pending.nextAttemptAtMs
      return [jobs.schedule({ kind: PROVE_CONSENT, subject, dueAtMs, attempts: 1 })]
    }
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
            // It has a token of its own now, and is no longer what latch made when somebody linked.
            origin: sql`case ${origin} when 'identity' then 'api' else ${origin} end`,
            authSealed: sealAuth(sealing, id, auth),
            consentProblem: null,
            updatedAtMs,
          })
          .where(eq(channelConnections.id, id)),
      ),
      ...causedJobs(id, auth),
    ],
    delete: (id) =>
      toWrite(database.delete(channelConnections).where(eq(channelConnections.id, id))),
    expectPresent: (id) => expectOne(eq(channelConnections.id, id)),
    expectInWorkspace: (connection) =>
      expectOne(
        and(eq(channelConnections.id, connection.id), eq(workspaceId, connection.workspaceId)),
      ),
    expectIdentityOnly: (id) =>
      expectOne(and(eq(channelConnections.id, id), eq(origin, 'identity'))),
    takeOverOwnEndpoints: (connection) => takeOverOwnEndpoints(database, connection),
    releaseOthersEndpoints: (connection, fallback, auth) =>
      releaseOthersEndpoints(database, connection, toRow(fallback, auth)),
    find: remember(['channel_connections'], async (integration, identifier) =>
      withoutAuth(await byIdentifier.get({ integrationId: integration, identifier })),
    ),
    findByOwner: async (integration, owner) =>
      withoutAuth(
        await database
          .select()
          .from(channelConnections)
          .where(
            and(
              eq(integrationId, integration),
              ne(origin, 'identity'),
              owner.subscriberId === null
                ? isNull(subscriberId)
                : eq(subscriberId, owner.subscriberId),
              eq(contextKeys, owner.contextKeys),
            ),
          )
          .get(),
      ),
    findNameForUser: async (workspace, user) =>
      (await connectionOfWorkspace(database, workspace, user).get())?.identifier ?? null,
    findOfWorkspace: async (integration, workspace) =>
      withoutAuth(
        await database
          .select()
          .from(channelConnections)
          .where(and(eq(integrationId, integration), eq(workspaceId, workspace)))
          .orderBy(channelConnections.createdAtMs, channelConnections.id)
          .limit(1)
          .get(),
      ),
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
    insertIfWorkspaceIsNew: (connection, auth) =>
      insertUnlessWorkspaceIsKnown(database, toRow(connection, auth)),
  }
}
