import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import type { Counts } from '../reading/counts.ts'
import {
  type Page,
  type PageSource,
  type Paging,
  readPage,
  whereIs,
} from '../reading/pagination.ts'
import { subscribers } from '../schema/core.ts'

export type SubscriberFilter = {
  environmentId: string
  subscriberId?: string | undefined
  email?: string | undefined
  phone?: string | undefined
  /** A substring of first and last name, ignoring case. */
  name?: string | undefined
}

type Subscriber = typeof subscribers.$inferSelect

const inProfile = (name: string): SQL => sql`json_extract(${subscribers.profile}, ${`$.${name}`})`

const subscribersWhere = ({ name, ...filter }: SubscriberFilter): SQL | undefined =>
  and(
    eq(subscribers.environmentId, filter.environmentId),
    whereIs(subscribers.subscriberId, filter.subscriberId),
    filter.email === undefined ? undefined : sql`${inProfile('email')} = ${filter.email}`,
    filter.phone === undefined ? undefined : sql`${inProfile('phone')} = ${filter.phone}`,
    name === undefined
      ? undefined
      : sql`instr(lower(coalesce(${inProfile('firstName')}, '') || ' ' || coalesce(${inProfile('lastName')}, '')), lower(${name})) > 0`,
  )

const source = (database: Database, counts: Counts): PageSource<Subscriber> => ({
  columns: subscribers,
  select: (where, order, limit) =>
    database
      .select()
      .from(subscribers)
      .where(where)
      .orderBy(...order)
      .limit(limit),
  count: (where, limit) => counts(subscribers, where, limit),
})

export const pageOfSubscribers = (
  database: Database,
  counts: Counts,
  filter: SubscriberFilter,
  paging: Paging,
): Promise<Page<Subscriber>> => readPage(source(database, counts), subscribersWhere(filter), paging)
