import { sql } from 'drizzle-orm'
import { foreignKey, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { contextKeys, environmentId, integrationId, subscribers } from './core.ts'
import { sealed } from './sealed.ts'

export const channelConnections = sqliteTable(
  'channel_connections',
  {
    id: text('id').primaryKey(),
    environmentId: environmentId(),
    integrationId: integrationId(),
    identifier: text('identifier').notNull(),
    /** Null: shared by all subscribers of its context. */
    subscriberId: text('subscriber_id'),
    contextKeys: contextKeys(),
    workspaceId: text('workspace_id').notNull(),
    workspaceName: text('workspace_name'),
    botUserId: text('bot_user_id'),
    authSealed: sealed('auth').notNull(),
    /** Why an administrator's consent that was reported is not confirmed; null: no problem. */
    consentProblem: text('consent_problem'),
    /**
     * Why the person who consented has not proven to be an administrator of the tenant. Until an operator
     * approves it, the connection owns nothing, and nobody is linked through it. Null: nothing to approve.
     */
    adminProblem: text('admin_problem'),
    /** `identity`: created because a user linked from this workspace; has no token of its own. */
    origin: text('origin', { enum: ['identity', 'install', 'api'] })
      .notNull()
      .default('api'),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
  },
  (table) => [
    uniqueIndex('channel_connections_identifier').on(table.environmentId, table.identifier),
    // One connection per owner, as in Novu; enforced here, so that two installations at the same
    // moment cannot create two.
    uniqueIndex('channel_connections_subscriber')
      .on(table.integrationId, table.subscriberId, table.contextKeys)
      .where(sql`origin <> 'identity' and admin_problem is null and subscriber_id is not null`),
    uniqueIndex('channel_connections_shared')
      .on(table.integrationId, table.contextKeys)
      .where(sql`origin <> 'identity' and admin_problem is null and subscriber_id is null`),
    index('channel_connections_unapproved')
      .on(table.integrationId, table.createdAtMs)
      .where(sql`admin_problem is not null`),
    index('channel_connections_created').on(table.environmentId, table.createdAtMs, table.id),
    index('channel_connections_updated').on(table.environmentId, table.updatedAtMs, table.id),
    index('channel_connections_workspace').on(table.integrationId, table.workspaceId),
  ],
)

export const channelEndpoints = sqliteTable(
  'channel_endpoints',
  {
    id: text('id').primaryKey(),
    environmentId: environmentId(),
    integrationId: integrationId(),
    identifier: text('identifier').notNull(),
    /** An identifier, not a foreign key: as in Novu, an endpoint outlives its connection. */
    connectionIdentifier: text('connection_identifier'),
    subscriberId: text('subscriber_id').notNull(),
    contextKeys: contextKeys(),
    type: text('type').notNull(),
    /** `person`: the identity of a linked user; `destination`: any other endpoint. */
    kind: text('kind', { enum: ['person', 'destination'] })
      .notNull()
      .default('destination'),
    /**
     * The workspace of a `person`: the team at Slack, or the organisation of Enterprise Grid; the
     * tenant at Microsoft. Null if it is unknown, and for destinations.
     */
    workspaceId: text('workspace_id'),
    /**
     * Another id of that workspace; null if it has none. For a user of Enterprise Grid,
     * `workspaceId` is the organisation, and this the workspace through which they were linked.
     */
    workspaceAlias: text('workspace_alias'),
    /** The id of a `person` in that workspace, as the provider's declaration reads it. */
    chatUserId: text('chat_user_id'),
    /**
     * How it was made sure that the chat user is the subscriber: by the session of the app, by the
     * user's confirmation, or not at all; `asserted` by a backend, or `imported`. Of versions that did
     * not record it: `none`.
     */
    verification: text('verification', {
      enum: ['session', 'confirm', 'none', 'asserted', 'imported'],
    })
      .notNull()
      .default('none'),
    /** When that was; null if it is not known. */
    verifiedAtMs: integer('verified_at_ms'),
    endpoint: text('endpoint', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    /** The fields of the value that are secrets, such as the URL of a webhook; null: none is. */
    secretSealed: sealed('secret'),
    /** Why the bot is not installed in the user's chat yet; null if it is, or is not needed. */
    botProblem: text('reach_problem'),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
  },
  (table) => [
    uniqueIndex('channel_endpoints_identifier').on(table.environmentId, table.identifier),
    // Linking again must find the existing endpoint: with two, a user would get every message
    // twice.
    uniqueIndex('channel_endpoints_linked_user')
      .on(
        table.integrationId,
        table.connectionIdentifier,
        table.subscriberId,
        table.contextKeys,
        table.type,
      )
      .where(sql`kind = 'person'`),
    // Not unique: a database of an older version may have several subscribers for one chat user.
    // Every commit that adds one expects that there is no other: see `store/endpoints/chat-users.ts`.
    index('channel_endpoints_chat_user')
      .on(table.integrationId, table.chatUserId)
      .where(sql`chat_user_id is not null`),
    // To list the users of a workspace. A single user is found by the index above.
    index('channel_endpoints_workspace')
      .on(table.environmentId, table.workspaceId, table.createdAtMs, table.id)
      .where(sql`workspace_id is not null`),
    // Those of versions that did not seal them: empty once they are.
    index('channel_endpoints_unsealed')
      .on(table.id)
      .where(sql`type = 'webhook' and secret_sealed is null`),
    index('channel_endpoints_updated').on(table.environmentId, table.updatedAtMs, table.id),
    index('channel_endpoints_integration').on(
      table.integrationId,
      table.environmentId,
      table.createdAtMs,
      table.id,
    ),
    index('channel_endpoints_connection').on(
      table.environmentId,
      table.connectionIdentifier,
      table.createdAtMs,
      table.id,
    ),
    index('channel_endpoints_context').on(
      table.environmentId,
      table.contextKeys,
      table.createdAtMs,
      table.id,
    ),
    index('channel_endpoints_created').on(table.environmentId, table.createdAtMs, table.id),
    index('channel_endpoints_subscriber').on(
      table.environmentId,
      table.subscriberId,
      table.createdAtMs,
      table.id,
    ),
    foreignKey({
      columns: [table.environmentId, table.subscriberId],
      foreignColumns: [subscribers.environmentId, subscribers.subscriberId],
    }).onDelete('cascade'),
  ],
)
