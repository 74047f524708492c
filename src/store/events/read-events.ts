import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  gte,
  inArray,
  isNotNull,
  lt,
  max,
  type SQL,
  sql,
} from 'drizzle-orm'
import { type AnySQLiteColumn, unionAll } from 'drizzle-orm/sqlite-core'
import type { Database } from '../database/client.ts'
import { eventCheckpoints, events } from '../schema/events.ts'
import { isIndexed, isNew } from './new-events.ts'

const { isNew: _, ...COLUMNS } = getTableColumns(events)

/** An event as read from the database. */
export type StoredEvent = Omit<typeof events.$inferSelect, 'isNew'>

export type EventFilter = {
  environmentId: string
  /** Only events with a greater id than this. */
  afterId: number
  types?: readonly string[] | undefined
  subject?: string | undefined
  subscriberId?: string | undefined
  sinceMs?: number | undefined
}

export type ReadEvents = {
  /**
   * Up to `limit` events, either the first or the last that match, always oldest first. A page
   * costs the same wherever it is in the table.
   */
  page(filter: EventFilter, limit: number, from?: 'oldest' | 'newest'): Promise<StoredEvent[]>
  /** Oldest first. */
  ofLink(environmentId: string, linkId: string): Promise<StoredEvent[]>
  /** The links about which an actor recorded events: up to `limit`, latest first. */
  linksOf(actor: string, limit: number): Promise<{ environmentId: string; linkId: string }[]>
}

export function createReadEvents(database: Database): ReadEvents {
  /**
   * The id of an event before all of those since a time. At most one checkpoint's events, and those
   * that no checkpoint covers, are between.
   */
  async function idBefore(sinceMs: number): Promise<number> {
    const found = await database
      .select({ eventId: eventCheckpoints.eventId })
      .from(eventCheckpoints)
      .where(lt(eventCheckpoints.atMs, sinceMs))
      .orderBy(desc(eventCheckpoints.atMs), desc(eventCheckpoints.eventId))
      .limit(1)
      .get()
    return found?.eventId ?? 0
  }

  return {
    page: async (filter, limit, from = 'oldest') => {
      const { afterId, sinceMs } = filter
      const fromId = sinceMs === undefined ? afterId : Math.max(afterId, await idBefore(sinceMs))
      const [first, ...others] = partsOf({ ...filter, afterId: fromId })
      const order = from === 'oldest' ? asc : desc
      const select = (where: SQL | undefined) =>
        database.select(COLUMNS).from(events).where(where).orderBy(order(events.id)).limit(limit)
      // In one transaction: with two, events could move from one part to the other meanwhile.
      const found =
        others.length === 0
          ? await select(first)
          : (await database.batch([select(first), ...others.map(select)])).flat()
      return inOrder(found, from, limit)
    },
    ofLink: async (environmentId, linkId) => {
      const select = (part: SQL) =>
        database
          .select(COLUMNS)
          .from(events)
          .where(
            and(part, eq(events.linkId, linkId), unindexed(events.environmentId, environmentId)),
          )
      const found = await database.batch([select(isNew), select(isIndexed)])
      return found.flat().toSorted(byId)
    },
    linksOf: async (actor, limit) => {
      const { id, environmentId, linkId } = events
      const select = (part: SQL) =>
        database
          .select({ id, environmentId, linkId })
          .from(events)
          .where(and(part, eq(events.actor, actor), isNotNull(linkId)))
      const found = unionAll(select(isNew), select(isIndexed)).as('found')
      const links = await database
        .select({ environmentId: found.environmentId, linkId: found.linkId })
        .from(found)
        .groupBy(found.environmentId, found.linkId)
        .orderBy(desc(max(found.id)))
        .limit(limit)
      return links.flatMap((link) => (link.linkId === null ? [] : { ...link, linkId: link.linkId }))
    },
  }
}

/**
 * The conditions of the queries that together find the events of a filter, each by one index. `+`
 * before a column keeps SQLite from using another index (https://sqlite.org/optoverview.html#uplus).
 */
function partsOf(filter: EventFilter): [SQL | undefined, ...(SQL | undefined)[]] {
  const { environmentId, afterId, types, subject, subscriberId, sinceMs } = filter
  const since = sinceMs === undefined ? undefined : gte(events.atMs, sinceMs)
  const all = and(eq(events.environmentId, environmentId), gt(events.id, afterId), since)
  if (types === undefined && subject === undefined && subscriberId === undefined) return [all]

  const about = and(
    subject === undefined ? undefined : eq(events.subject, subject),
    subscriberId === undefined ? undefined : eq(events.subscriberId, subscriberId),
  )
  const ofTypes = types === undefined ? undefined : sql`+${inArray(events.type, [...types])}`
  const newOnes = and(
    isNew,
    unindexed(events.environmentId, environmentId),
    sql`+${events.id} > ${afterId}`,
    since,
    about,
    ofTypes,
  )
  // A subscriber or subject has few events: keep SQLite from scanning all of a type.
  if (about !== undefined) return [newOnes, and(isIndexed, all, about, ofTypes)]
  // One query per type: for several types at once, SQLite would sort all matching events.
  const ofEach = (types ?? []).map((type) => and(isIndexed, all, eq(events.type, type)))
  return [newOnes, ...ofEach]
}

const unindexed = (column: AnySQLiteColumn, value: string): SQL => sql`+${column} = ${value}`

const byId = (one: StoredEvent, other: StoredEvent): number => one.id - other.id

/** Sorts what was found, oldest first, and cuts it to the page. */
function inOrder(found: StoredEvent[], from: 'oldest' | 'newest', limit: number): StoredEvent[] {
  const sorted = found.toSorted(byId)
  return from === 'oldest' ? sorted.slice(0, limit) : sorted.slice(-limit)
}
