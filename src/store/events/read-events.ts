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
import { type EventSource, newAsEvents } from './packed.ts'

const COLUMNS = getTableColumns(events)

/** An event as read from the database. */
export type StoredEvent = typeof events.$inferSelect

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
      const { ofNew, ofIndexed } = conditionsOf({ ...filter, afterId: fromId })
      const order = from === 'oldest' ? asc : desc
      const select = (source: EventSource, where: SQL | undefined) =>
        database.select(COLUMNS).from(source).where(where).orderBy(order(events.id)).limit(limit)
      // In one transaction: with two, events could be moved meanwhile, and missed.
      const found = await database.batch([
        select(newAsEvents, ofNew),
        ...ofIndexed.map((where) => select(events, where)),
      ])
      return inOrder(found.flat(), from, limit)
    },
    ofLink: async (environmentId, linkId) => {
      const ofIt = and(eq(events.linkId, linkId), unindexed(events.environmentId, environmentId))
      const select = (source: EventSource) => database.select(COLUMNS).from(source).where(ofIt)
      const found = await database.batch([select(newAsEvents), select(events)])
      return found.flat().toSorted(byId)
    },
    linksOf: async (actor, limit) => {
      const { id, environmentId, linkId } = events
      const select = (source: EventSource) =>
        database
          .select({ id, environmentId, linkId })
          .from(source)
          .where(and(eq(events.actor, actor), isNotNull(linkId)))
      const found = unionAll(select(newAsEvents), select(events)).as('found')
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
 * The conditions of a filter: for new events, and for the queries that together find the others, each
 * by one index. `+` before a column keeps SQLite from using another index
 * (https://sqlite.org/optoverview.html#uplus).
 */
function conditionsOf(filter: EventFilter): {
  ofNew: SQL | undefined
  ofIndexed: (SQL | undefined)[]
} {
  const { environmentId, afterId, types, subject, subscriberId, sinceMs } = filter
  const since = sinceMs === undefined ? undefined : gte(events.atMs, sinceMs)
  const all = and(eq(events.environmentId, environmentId), gt(events.id, afterId), since)
  const about = and(
    subject === undefined ? undefined : eq(events.subject, subject),
    subscriberId === undefined ? undefined : eq(events.subscriberId, subscriberId),
  )
  const ofTypes = types === undefined ? undefined : sql`+${inArray(events.type, [...types])}`
  const ofNew = and(all, about, ofTypes)
  // A subscriber or subject has few events: keep SQLite from scanning all of a type.
  if (types === undefined || about !== undefined) return { ofNew, ofIndexed: [ofNew] }
  // One query per type: for several types at once, SQLite would sort all matching events.
  return { ofNew, ofIndexed: types.map((type) => and(all, eq(events.type, type))) }
}

const unindexed = (column: AnySQLiteColumn, value: string): SQL => sql`+${column} = ${value}`

const byId = (one: StoredEvent, other: StoredEvent): number => one.id - other.id

/** Sorts what was found, oldest first, and cuts it to the page. */
function inOrder(found: StoredEvent[], from: 'oldest' | 'newest', limit: number): StoredEvent[] {
  const sorted = found.toSorted(byId)
  return from === 'oldest' ? sorted.slice(0, limit) : sorted.slice(-limit)
}
