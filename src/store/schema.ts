import { sql } from 'drizzle-orm'
import { foreignKey, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

export const environments = sqliteTable('environments', {
  id: text('id').primaryKey(),
  organizationId: text('organization_id').notNull(),
  name: text('name').notNull(),
  createdAtMs: integer('created_at_ms').notNull(),
})

const environmentId = () =>
  text('environment_id')
    .notNull()
    .references(() => environments.id, { onDelete: 'cascade' })

export const apiKeys = sqliteTable('api_keys', {
  id: text('id').primaryKey(),
  environmentId: environmentId(),
  name: text('name').notNull(),
  digest: text('digest').notNull().unique(),
  /** What it may be used for. */
  permission: text('permission', { enum: ['all', 'read', 'links'] })
    .notNull()
    .default('all'),
  createdAtMs: integer('created_at_ms').notNull(),
  /** Null: it does not expire. */
  expiresAtMs: integer('expires_at_ms'),
  /** Null: it is not revoked. */
  revokedAtMs: integer('revoked_at_ms'),
})

export const integrations = sqliteTable(
  'integrations',
  {
    id: text('id').primaryKey(),
    environmentId: environmentId(),
    identifier: text('identifier').notNull(),
    name: text('name').notNull(),
    providerId: text('provider_id').notNull(),
    channel: text('channel').notNull(),
    active: integer('active', { mode: 'boolean' }).notNull(),
    credentialsSealed: text('credentials_sealed').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
  },
  (table) => [uniqueIndex('integrations_identifier').on(table.environmentId, table.identifier)],
)

export const subscribers = sqliteTable(
  'subscribers',
  {
    id: text('id').primaryKey(),
    environmentId: environmentId(),
    subscriberId: text('subscriber_id').notNull(),
    /** The profile (names, e-mail address, locale, …): latch keeps it, and reads none of it. */
    profile: text('profile', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
  },
  (table) => [uniqueIndex('subscribers_subscriber').on(table.environmentId, table.subscriberId)],
)

export const contexts = sqliteTable(
  'contexts',
  {
    id: text('id').primaryKey(),
    environmentId: environmentId(),
    key: text('key').notNull(),
    type: text('type').notNull(),
    contextId: text('context_id').notNull(),
    data: text('data', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
  },
  (table) => [uniqueIndex('contexts_key').on(table.environmentId, table.key)],
)

const contextKeys = () =>
  text('context_keys', { mode: 'json' }).$type<readonly string[]>().notNull()

const integrationId = () =>
  text('integration_id')
    .notNull()
    .references(() => integrations.id, { onDelete: 'cascade' })

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
    authSealed: text('auth_sealed').notNull(),
    /** What is in the way of an administrator's consent that was claimed; null: nothing is. */
    consentProblem: text('consent_problem'),
    consentAttempts: integer('consent_attempts').notNull().default(0),
    /** When the tokens are to be refreshed, or the consent proven; null: there is nothing to do. */
    refreshAtMs: integer('refresh_at_ms'),
    /** Until when one process alone may do that. */
    refreshLeaseUntilMs: integer('refresh_lease_until_ms').notNull().default(0),
    /** `identity`: made because somebody linked from this workspace, with no token of its own. */
    origin: text('origin', { enum: ['identity', 'install', 'api'] })
      .notNull()
      .default('api'),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
  },
  (table) => [
    uniqueIndex('channel_connections_identifier').on(table.environmentId, table.identifier),
    // One connection for whom it is for, as at Novu; enforced here, so that two installs at the
    // same moment cannot make two.
    uniqueIndex('channel_connections_subscriber')
      .on(table.integrationId, table.subscriberId, table.contextKeys)
      .where(sql`origin <> 'identity' and subscriber_id is not null`),
    uniqueIndex('channel_connections_shared')
      .on(table.integrationId, table.contextKeys)
      .where(sql`origin <> 'identity' and subscriber_id is null`),
    index('channel_connections_refresh')
      .on(table.refreshAtMs)
      .where(sql`refresh_at_ms is not null`),
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
    /** By name and not by key: as at Novu, an endpoint outlives the connection it was made for. */
    connectionIdentifier: text('connection_identifier'),
    subscriberId: text('subscriber_id').notNull(),
    contextKeys: contextKeys(),
    type: text('type').notNull(),
    endpoint: text('endpoint', { mode: 'json' }).$type<Record<string, string>>().notNull(),
    /** When the app next tries to become able to reach the user; null: it is, or need not. */
    reachNextAttemptAtMs: integer('reach_next_attempt_at_ms'),
    reachAttempts: integer('reach_attempts').notNull().default(0),
    /** What was in the way at the last attempt. */
    reachProblem: text('reach_problem'),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
  },
  (table) => [
    uniqueIndex('channel_endpoints_identifier').on(table.environmentId, table.identifier),
    // Linking again must find the endpoint it made before: two of them would message a user twice.
    uniqueIndex('channel_endpoints_linked_user')
      .on(
        table.integrationId,
        table.connectionIdentifier,
        table.subscriberId,
        table.contextKeys,
        table.type,
      )
      .where(sql`type in ('slack_user', 'ms_teams_user')`),
    index('channel_endpoints_reach')
      .on(table.reachNextAttemptAtMs)
      .where(sql`reach_next_attempt_at_ms is not null`),
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
