import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'
import { environmentId, environments, integrationId, subscribers } from './core.ts'
import { sealed } from './sealed.ts'

/** Metadata of the store: the key canary, and whether a sandbox created it. */
export const metadata = sqliteTable('facts', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
})

/** One row per link that was completed: of several attempts, only the one that inserts it stores. */
export const spentStates = sqliteTable(
  'spent_states',
  {
    jti: text('jti').primaryKey(),
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    claimedAtMs: integer('claimed_at_ms').notNull(),
  },
  (table) => [index('spent_states_claimed').on(table.claimedAtMs)],
)

/**
 * One row per attempt to complete a link: only the request that inserts it may exchange the code.
 */
export const linkAttempts = sqliteTable(
  'link_attempts',
  {
    jti: text('jti').notNull(),
    /** A keyed digest of the code. */
    attemptId: text('attempt_id').notNull(),
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    claimedAtMs: integer('claimed_at_ms').notNull(),
    /** The outcome, as the callback shows it; null while the callback is in progress. */
    outcome: text('outcome', { mode: 'json' }).$type<unknown>(),
  },
  (table) => [
    primaryKey({ columns: [table.jti, table.attemptId] }),
    index('link_attempts_claimed').on(table.claimedAtMs),
  ],
)

/**
 * Attempts whose result waits for the user's confirmation, one row each until they have decided. The
 * row is deleted with the subscriber, and with the integration.
 */
export const heldAttempts = sqliteTable(
  'held_attempts',
  {
    /** Random; gives no access. Sealed values need a primary key of one column. */
    id: text('id').primaryKey(),
    jti: text('jti').notNull(),
    attemptId: text('attempt_id').notNull(),
    environmentId: environmentId(),
    integrationId: integrationId(),
    /** The company's id of the subscriber that the link is for; null if it has none. */
    subscriberId: text('subscriber_id'),
    /** The link's `state`, and what the provider answered. */
    answerSealed: sealed('answer').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
  },
  (table) => [
    uniqueIndex('held_attempts_attempt').on(table.jti, table.attemptId),
    index('held_attempts_expires').on(table.expiresAtMs),
    index('held_attempts_integration').on(table.integrationId),
    index('held_attempts_subscriber').on(table.environmentId, table.subscriberId),
    foreignKey({
      columns: [table.environmentId, table.subscriberId],
      foreignColumns: [subscribers.environmentId, subscribers.subscriberId],
    }).onDelete('cascade'),
  ],
)

/**
 * The openings of links that were ended before their time: the app's user was somebody else, or the
 * address was opened in another browser.
 */
export const endedTickets = sqliteTable(
  'ended_tickets',
  {
    /** The digest of the secret of the browser that opened the link. */
    browser: text('browser').primaryKey(),
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    endedAtMs: integer('ended_at_ms').notNull(),
  },
  (table) => [index('ended_tickets_ended').on(table.endedAtMs)],
)

/**
 * The first response to a request with an idempotency key, returned when the request is repeated.
 */
export const idempotencyRecords = sqliteTable(
  'idempotency_records',
  {
    /** A digest of environment, method, path and key. */
    scope: text('scope').primaryKey(),
    /** A digest of the body and the query: the same key with a different one is an error. */
    fingerprint: text('fingerprint').notNull(),
    status: integer('status').notNull(),
    bodySealed: sealed('body').notNull(),
    /** Headers specific to the response; null for none. None is secret. */
    headers: text('headers', { mode: 'json' }).$type<Readonly<Record<string, string>>>(),
    expiresAtMs: integer('expires_at_ms').notNull(),
  },
  (table) => [index('idempotency_records_expires').on(table.expiresAtMs)],
)

/**
 * The name of the check that an unmet expectation violates, as it appears in the database's error.
 */
export const EXPECTATIONS_MET = 'expectations_met'

/**
 * Always empty. An expectation is a statement that inserts a zero here if it is not met; the check
 * refuses that, and with it the whole transaction.
 */
export const expectations = sqliteTable(
  'expectations',
  { met: integer('met').notNull() },
  (table) => [check(EXPECTATIONS_MET, sql`${table.met} = 1`)],
)

/** Jobs that are due at a certain time, for whichever process is free then. */
export const jobs = sqliteTable(
  'jobs',
  {
    kind: text('kind').notNull(),
    /** What must not be worked on twice at once, such as a connection. */
    subject: text('subject').notNull(),
    /** While the job is leased: when it is due for other processes, in case the holder has died. */
    dueAtMs: integer('due_at_ms').notNull(),
    /**
     * Increases whenever the job is scheduled: its holder may have started before the latest cause.
     */
    revision: integer('revision').notNull().default(1),
    /** Attempts since it was scheduled or last succeeded. */
    attempts: integer('attempts').notNull().default(0),
    /** The random token of the lease; null: not leased. */
    lease: text('lease'),
    /** Why the last attempt failed. */
    problem: text('problem'),
    /** When it was given up; it is then not due until it is scheduled again. */
    gaveUpAtMs: integer('gave_up_at_ms'),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.subject] }),
    index('jobs_due').on(table.kind, table.dueAtMs).where(sql`gave_up_at_ms is null`),
  ],
)
