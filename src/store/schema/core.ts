import { sql } from 'drizzle-orm'
import { customType, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { PublicKey } from '../../secrets/signing-key.ts'
import { sealed } from './sealed.ts'

export const environments = sqliteTable('environments', {
  id: text('id').primaryKey(),
  organizationId: text('organization_id').notNull(),
  name: text('name').notNull(),
  createdAtMs: integer('created_at_ms').notNull(),
})

export const environmentId = () =>
  text('environment_id')
    .notNull()
    .references(() => environments.id, { onDelete: 'cascade' })

const PERMISSIONS = ['all', 'read', 'tokens', 'links', 'speak'] as const
type Permission = (typeof PERMISSIONS)[number]

/**
 * A list of permissions, separated by commas: a key of a version that allowed only one has that one.
 * A permission that this version does not know permits nothing.
 */
const permissions = customType<{ data: readonly Permission[]; driverData: string }>({
  dataType: () => 'text',
  toDriver: (list) => list.join(','),
  fromDriver: (stored) => {
    const names = stored.split(',')
    return PERMISSIONS.filter((permission) => names.includes(permission))
  },
})

export const apiKeys = sqliteTable('api_keys', {
  id: text('id').primaryKey(),
  environmentId: environmentId(),
  name: text('name').notNull(),
  digest: text('digest').notNull().unique(),
  /** What the key permits. */
  permissions: permissions('permission').notNull().default(sql`'all'`),
  /** For whom speaker tokens can be created with the key; empty if it does not permit that. */
  audiences: text('audiences', { mode: 'json' })
    .$type<readonly string[]>()
    .notNull()
    .default(sql`'[]'`),
  createdAtMs: integer('created_at_ms').notNull(),
  /** Null: never expires. */
  expiresAtMs: integer('expires_at_ms'),
  /** Null: not revoked. */
  revokedAtMs: integer('revoked_at_ms'),
  /** Precise to the minute; null: never used. */
  lastUsedAtMs: integer('last_used_at_ms'),
})

/** The keys that sign speaker tokens. */
export const signingKeys = sqliteTable(
  'signing_keys',
  {
    /** The `kid` of its tokens. */
    id: text('id').primaryKey(),
    environmentId: environmentId(),
    /** A JWK (RFC 7517). */
    publicKey: text('public_key', { mode: 'json' }).$type<PublicKey>().notNull(),
    privateSealed: sealed('private').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    /** It is published at once, but signs only when verifiers can know it. */
    signsFromMs: integer('signs_from_ms').notNull(),
  },
  (table) => [index('signing_keys_environment').on(table.environmentId, table.signsFromMs)],
)

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
    credentialsSealed: sealed('credentials').notNull(),
    /**
     * How users are verified if the settings do not say: `none` for integrations that are older than
     * the setting; null for the operator's default.
     */
    defaultUserVerification: text('default_user_verification', {
      enum: ['session', 'confirm', 'none'],
    }),
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
    /** The profile (names, e-mail address, locale, …), which latch stores but does not use. */
    profile: text('profile', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
  },
  (table) => [
    uniqueIndex('subscribers_subscriber').on(table.environmentId, table.subscriberId),
    index('subscribers_created').on(table.environmentId, table.createdAtMs, table.id),
    index('subscribers_updated').on(table.environmentId, table.updatedAtMs, table.id),
  ],
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
  (table) => [
    uniqueIndex('contexts_key').on(table.environmentId, table.key),
    index('contexts_created').on(table.environmentId, table.createdAtMs, table.id),
    index('contexts_updated').on(table.environmentId, table.updatedAtMs, table.id),
  ],
)

export const contextKeys = () =>
  text('context_keys', { mode: 'json' }).$type<readonly string[]>().notNull()

export const integrationId = () =>
  text('integration_id')
    .notNull()
    .references(() => integrations.id, { onDelete: 'cascade' })
