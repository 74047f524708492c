import { sql } from 'drizzle-orm'
import { check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { environments } from './core.ts'
import { sealed } from './sealed.ts'

/** What the store knows of itself: the key canary, and whether a sandbox made it. */
export const facts = sqliteTable('facts', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
})

/** One row a link that was followed: who inserts it may exchange the code; nobody else may. */
export const spentStates = sqliteTable(
  'spent_states',
  {
    jti: text('jti').primaryKey(),
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    claimedAtMs: integer('claimed_at_ms').notNull(),
    /** What came of it, as the callback tells it; null while it is being found out. */
    outcome: text('outcome', { mode: 'json' }).$type<unknown>(),
  },
  (table) => [index('spent_states_claimed').on(table.claimedAtMs)],
)

/** The first answer to a request with an idempotency key, for when the request comes again. */
export const idempotencyRecords = sqliteTable(
  'idempotency_records',
  {
    /** A digest of environment, method, path and key. */
    scope: text('scope').primaryKey(),
    /** A digest of the body and the query: the same key with another is a mistake. */
    fingerprint: text('fingerprint').notNull(),
    status: integer('status').notNull(),
    bodySealed: sealed('body').notNull(),
    /** Headers that belong to the answer; null for none. None is a secret. */
    headers: text('headers', { mode: 'json' }).$type<Readonly<Record<string, string>>>(),
    expiresAtMs: integer('expires_at_ms').notNull(),
  },
  (table) => [index('idempotency_records_expires').on(table.expiresAtMs)],
)

/** The name of the check that a precondition fails by, as the database's error tells it. */
export const EXPECTATIONS_MET = 'expectations_met'

/**
 * Nothing is ever in it. A precondition of a change is a statement that inserts a zero here where it
 * is not met; the check refuses that, and with it the whole transaction.
 */
export const expectations = sqliteTable(
  'expectations',
  { met: integer('met').notNull() },
  (table) => [check(EXPECTATIONS_MET, sql`${table.met} = 1`)],
)

/** Work that is due at a time, for whichever process is free then. */
export const jobs = sqliteTable(
  'jobs',
  {
    kind: text('kind').notNull(),
    /** What must not be worked on twice at once, such as a connection. */
    subject: text('subject').notNull(),
    /** While somebody holds the job: when it is due again for others, should the holder be dead. */
    dueAtMs: integer('due_at_ms').notNull(),
    /** Grows whenever the job is scheduled: its holder may have begun before the latest cause. */
    revision: integer('revision').notNull().default(1),
    /** How often it has been tried since it was scheduled, or has last gone well. */
    attempts: integer('attempts').notNull().default(0),
    /** The random token of whoever holds the job; null: nobody does. */
    lease: text('lease'),
    /** Why the last attempt has failed. */
    problem: text('problem'),
    /** When it was given up; it is never due then, until it is scheduled again. */
    gaveUpAtMs: integer('gave_up_at_ms'),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.subject] }),
    index('jobs_due').on(table.kind, table.dueAtMs).where(sql`gave_up_at_ms is null`),
  ],
)
