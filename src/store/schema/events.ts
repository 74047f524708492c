import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { sealed } from './sealed.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * The event log, one row per event, except those that are still in `new_events`. Rows are never
 * changed, except that personal data in them can be erased; retention removes the oldest.
 */
export const events = sqliteTable(
  'events',
  {
    /** The id that the event got in `new_events`. */
    id: integer('id').primaryKey({ autoIncrement: true }),
    /** Not a foreign key: events outlive the records they are about. */
    environmentId: text('environment_id').notNull(),
    atMs: integer('at_ms').notNull(),
    type: text('type').notNull(),
    /** The subject, a kind and an identifier: `endpoint:chendp_x1y2`. Never a person's name. */
    subject: text('subject').notNull(),
    /** The actor, a kind and an id: `api_key:6512…`, `command:keys.create`. */
    actor: text('actor').notNull(),
    /** The link that the event belongs to; null for none. */
    linkId: text('link_id'),
    /** Why something failed or was refused. */
    reason: text('reason'),
    data: text('data', { mode: 'json' }).$type<Json>().notNull(),
    /** The subscriber that the event is about; null for none, or if it was erased. */
    subscriberId: text('subscriber_id'),
    /** Other personal data; null for none, or if it was erased. */
    personal: text('personal', { mode: 'json' }).$type<Json>(),
    /** A keyed digest of `subscriber_id` and `personal`, which is kept when they are erased. */
    personalDigest: text('personal_digest'),
    /**
     * A keyed digest of the row, without its id and with `personal_digest` in place of personal
     * data.
     */
    digest: text('digest').notNull(),
  },
  (table) => [
    // Each index is also ordered by id, because SQLite appends the rowid, which is the id.
    index('events_environment').on(table.environmentId),
    index('events_type').on(table.environmentId, table.type),
    index('events_subject').on(table.environmentId, table.subject),
    index('events_subscriber')
      .on(table.environmentId, table.subscriberId)
      .where(sql`subscriber_id is not null`),
    index('events_link').on(table.linkId).where(sql`link_id is not null`),
    // For looking up a link by the request id shown on a page or in a log.
    index('events_link_actor').on(table.actor).where(sql`link_id is not null`),
  ],
)

/**
 * Events that are not in `events` yet: see src/store/events/README.md. Each is one value, because
 * every value of a row costs the thread that writes 0.3 µs.
 */
export const newEvents = sqliteTable(
  'new_events',
  {
    /** Assigned by SQLite on insert. Writes are serial, so no lower id ever appears later. */
    id: integer('id').primaryKey({ autoIncrement: true }),
    /** A JSON array: see src/store/events/packed.ts. */
    event: text('event').notNull(),
    /** The link, only if it may have a limited number of events of this type; otherwise null. */
    limitedLinkId: text('limited_link_id'),
  },
  (table) => [
    index('new_events_limited_link')
      .on(table.limitedLinkId)
      .where(sql`limited_link_id is not null`),
  ],
)

/**
 * Proves that up to a point no event was added, removed or moved: a keyed digest of the previous
 * checkpoint and of the ids and digests of the events since then.
 */
export const eventCheckpoints = sqliteTable(
  'event_checkpoints',
  {
    /** The last event that it covers. */
    eventId: integer('event_id').primaryKey(),
    /** When it was created: no event that it covers is later. */
    atMs: integer('at_ms').notNull(),
    digest: text('digest').notNull(),
    /** A keyed digest that proves that retention removed all events up to here; otherwise null. */
    beginning: text('beginning'),
  },
  (table) => [index('event_checkpoints_at').on(table.atMs)],
)

/** Keys that latch generated, sealed with the secret key: they stay when that is replaced. */
export const generatedKeys = sqliteTable('own_keys', {
  name: text('name').primaryKey(),
  keySealed: sealed('key').notNull(),
})
