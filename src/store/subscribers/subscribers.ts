import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import type { Counts } from '../reading/counts.ts'
import type { Page, Paging } from '../reading/pagination.ts'
import type { RowCache } from '../reading/row-cache.ts'
import { subscribers } from '../schema/core.ts'
import { expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import { pageOfSubscribers, type SubscriberFilter } from './subscriber-list.ts'

/** One of the company's own users. */
export type Subscriber = typeof subscribers.$inferSelect

export type Subscribers = {
  find(environmentId: string, subscriberId: string): Subscriber | null | Promise<Subscriber | null>
  page(filter: SubscriberFilter, paging: Paging): Promise<Page<Subscriber>>
  /** Deletes the subscriber's endpoints too. */
  delete(id: string): Write
  /** Fails the commit if the subscriber no longer exists. */
  expectPresent(id: string): Write
  insert(subscriber: Subscriber): Write
  /** Inserts the subscriber, or does nothing if it exists. */
  insertIfMissing(subscriber: Subscriber): Write
  /**
   * Inserts the subscriber, or merges `sent` into the profile stored at that moment: concurrent
   * changes to different fields do not undo each other.
   */
  upsert(subscriber: Subscriber, sent: Readonly<Record<string, unknown>>): Write
}

export function createSubscribers(
  database: Database,
  counts: Counts,
  cacheRead: RowCache,
): Subscribers {
  const bySubscriberId = database
    .select()
    .from(subscribers)
    .where(
      and(
        eq(subscribers.environmentId, sql.placeholder('environmentId')),
        eq(subscribers.subscriberId, sql.placeholder('subscriberId')),
      ),
    )
    .prepare()
  const insert = (subscriber: Subscriber) => database.insert(subscribers).values(subscriber)
  return {
    find: cacheRead(
      ['subscribers'],
      async (environmentId, subscriberId) =>
        (await bySubscriberId.get({ environmentId, subscriberId })) ?? null,
    ),
    page: (filter, paging) => pageOfSubscribers(database, counts, filter, paging),
    delete: (id) => toWrite(database.delete(subscribers).where(eq(subscribers.id, id))),
    expectPresent: (id) => expectRow(database, subscribers, eq(subscribers.id, id)),
    insert: (subscriber) => toWrite(insert(subscriber)),
    insertIfMissing: (subscriber) => toWrite(insert(subscriber).onConflictDoNothing()),
    upsert: (subscriber, sent) =>
      toWrite(
        insert(subscriber).onConflictDoUpdate({
          target: [subscribers.environmentId, subscribers.subscriberId],
          set: { profile: mergedProfile(sent), updatedAtMs: subscriber.updatedAtMs },
        }),
      ),
  }
}

/** The stored profile with these top-level properties replaced. */
function mergedProfile(sent: Readonly<Record<string, unknown>>): SQL {
  const changes = Object.entries(sent).map(
    ([name, value]) => sql`, ${`$.${JSON.stringify(name)}`}, json(${JSON.stringify(value)})`,
  )
  return changes.length === 0
    ? sql`${subscribers.profile}`
    : sql`json_set(${subscribers.profile}${sql.join(changes)})`
}
