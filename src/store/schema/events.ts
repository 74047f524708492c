import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { sealed } from './sealed.ts'

/**
 * What happened, one row each, in the commit of the change that it tells of. Rows are never changed,
 * except that what is personal in them can be erased; the oldest are removed by retention.
 */
export const events = sqliteTable(
  'events',
  {
    /** Assigned by SQLite as it writes. Writes are serial, so no lower id ever appears later. */
    id: integer('id').primaryKey({ autoIncrement: true }),
    /** Not a foreign key: what happened outlives what it happened to. */
    environmentId: text('environment_id').notNull(),
    atMs: integer('at_ms').notNull(),
    type: text('type').notNull(),
    /** What it is about, a kind and an identifier: `endpoint:chendp_x1y2`. Never a person's name. */
    subject: text('subject').notNull(),
    /** Who caused it, a kind and an id: `api_key:6512…`, `command:keys.create`. */
    actor: text('actor').notNull(),
    /** The link that it belongs to; null for what has none. */
    linkId: text('link_id'),
    /** Why, where something failed or was refused. */
    reason: text('reason'),
    data: text('data', { mode: 'json' }).$type<Readonly<Record<string, unknown>>>().notNull(),
    /** Whom it is about; null where it is about nobody, or where that was erased. */
    subscriberId: text('subscriber_id'),
    /** Other facts about a person; null where there are none, or where they were erased. */
    personal: text('personal', { mode: 'json' }).$type<Readonly<Record<string, unknown>>>(),
    /** A keyed digest of `subscriber_id` and `personal`, which stays when they are erased. */
    personalDigest: text('personal_digest'),
    /** A keyed digest of the row, without its id and with `personal_digest` for what is personal. */
    digest: text('digest').notNull(),
  },
  (table) => [
    index('events_environment').on(table.environmentId, table.id),
    index('events_type').on(table.environmentId, table.type, table.id),
    index('events_subject').on(table.environmentId, table.subject, table.id),
    index('events_subscriber')
      .on(table.environmentId, table.subscriberId, table.id)
      .where(sql`subscriber_id is not null`),
    index('events_link').on(table.linkId, table.id).where(sql`link_id is not null`),
    // By the request that a page or a log names.
    index('events_link_actor').on(table.actor, table.id).where(sql`link_id is not null`),
  ],
)

/**
 * What proves that no event was added, removed or moved up to a point: a keyed digest of the
 * checkpoint before, and of the ids and digests of the events since then.
 */
export const eventCheckpoints = sqliteTable(
  'event_checkpoints',
  {
    /** The last event that it covers. */
    eventId: integer('event_id').primaryKey(),
    /** When it was made: no event that it covers is younger. */
    atMs: integer('at_ms').notNull(),
    digest: text('digest').notNull(),
    /** A keyed digest by which retention says that it removed all events up to here; else null. */
    beginning: text('beginning'),
  },
  (table) => [index('event_checkpoints_at').on(table.atMs)],
)

/** Keys that latch made for itself, sealed with the secret key: they stay when that is replaced. */
export const ownKeys = sqliteTable('own_keys', {
  name: text('name').primaryKey(),
  keySealed: sealed('key').notNull(),
})
