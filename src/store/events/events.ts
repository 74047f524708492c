import {
  and,
  asc,
  desc,
  eq,
  getTableName,
  gt,
  gte,
  isNotNull,
  lt,
  lte,
  max,
  type SQL,
  sql,
} from 'drizzle-orm'
import { createSigner } from '../../secrets/hmac.ts'
import type { Database } from '../database/client.ts'
import { eventCheckpoints, events } from '../schema/events.ts'
import type { Writer } from '../writer/writer.ts'
import { rowInserter, rowReader, type Write } from '../writer/writes.ts'
import { type EventRow, signEvent } from './chain.ts'
import { createEventCheckpoints, type EventCheckpoints } from './checkpoints.ts'
import { type EventVerification, verifyEvents } from './verify.ts'

/** An event as read from the database. */
export type StoredEvent = typeof events.$inferSelect

/** An event to be written. Its id and digests are created on writing. */
export type NewEvent = Omit<StoredEvent, 'id' | 'personalDigest' | 'digest'>

export type EventFilter = {
  environmentId: string
  /** Only events with a greater id than this. */
  afterId: number
  types?: readonly string[] | undefined
  subject?: string | undefined
  subscriberId?: string | undefined
  sinceMs?: number | undefined
}

export type Events = {
  /** Adds 40 to 60 µs to its commit, three quarters of which are for the indexes: see test/bench. */
  append(event: NewEvent): Write
  /**
   * Appends an event of a link, unless the link already has one of that type and reason, or `most`
   * of that type: following a link again and again must not fill the table.
   */
  appendOncePerReason(event: NewEvent & { linkId: string }, most: number): Write
  /**
   * Up to `limit` events, either the first or the last that match, always oldest first. A page
   * costs the same wherever it is in the table.
   */
  page(filter: EventFilter, limit: number, from?: 'oldest' | 'newest'): Promise<StoredEvent[]>
  /** Oldest first. */
  ofLink(environmentId: string, linkId: string): Promise<StoredEvent[]>
  /** The links about which an actor recorded events: up to `limit`, latest first. */
  linksOf(actor: string, limit: number): Promise<{ environmentId: string; linkId: string }[]>
  /**
   * Calls `listener` after each commit of this process that may have added events. Returns a
   * function that stops it. Commits of other processes are not reported: see `isShared`.
   */
  listen(listener: () => void): () => void
  /** Whether other processes may also add events. */
  isShared: boolean
  /** Erases the personal fields of all events about a subscriber. */
  erasePersonal(environmentId: string, subscriberId: string): Write
  checkpoints: EventCheckpoints
  /** Verifies every event and checkpoint. Takes about 10 µs per event, in small parts. */
  verify(): Promise<EventVerification>
}

const COLUMNS = [
  'environmentId',
  'atMs',
  'type',
  'subject',
  'actor',
  'linkId',
  'reason',
  'data',
  'subscriberId',
  'personal',
  'personalDigest',
  'digest',
] as const satisfies readonly (keyof EventRow & keyof StoredEvent)[]

const TABLE = getTableName(events)
const COLUMN_NAMES = COLUMNS.map((name) => events[name].name)
const inserter = rowInserter(TABLE, COLUMN_NAMES)

/** Runs last: events are appended by one bulk insert per commit, and it must erase those too. */
const eraser = rowReader(
  `update "${TABLE}" set "subscriber_id" = null, "personal" = null where "id" in (
select "about"."id" from json_each(?) as "person" join "${TABLE}" as "about"
on "about"."environment_id" = "person"."value" ->> 0
and "about"."subscriber_id" = "person"."value" ->> 1)`,
  true,
)

const INSERT_ONCE = `insert into "${TABLE}" (${COLUMN_NAMES.map((name) => `"${name}"`).join(', ')})
select ${COLUMN_NAMES.map(() => '?').join(', ')}
where not exists (select 1 from "${TABLE}" where "link_id" = ? and "type" = ? and "reason" is ?)
and (select count(*) from "${TABLE}" where "link_id" = ? and "type" = ?) < ?`

/** How far apart the clocks of processes that share a database may be. */
const CLOCK_TOLERANCE_MS = 60_000

export function createEvents(
  database: Database,
  writer: Pick<Writer, 'listen'>,
  key: Uint8Array,
  isShared: boolean,
): Events {
  const sign = createSigner(key)
  const valuesOf = (event: NewEvent): (string | number | null)[] => {
    const row = signEvent(sign, toRow(event))
    return COLUMNS.map((name) => row[name])
  }

  /** The id before the first event since a time, of any environment. */
  async function idBefore(sinceMs: number): Promise<number> {
    const covered = await database
      .select({ eventId: eventCheckpoints.eventId })
      .from(eventCheckpoints)
      .where(lt(eventCheckpoints.atMs, sinceMs - CLOCK_TOLERANCE_MS))
      .orderBy(desc(eventCheckpoints.atMs))
      .limit(1)
      .get()
    // Times have no index, which every event would pay for: this reads two minutes of events at most.
    const first = await database
      .select({ id: events.id })
      .from(events)
      .where(and(gt(events.id, covered?.eventId ?? 0), gte(events.atMs, sinceMs)))
      .orderBy(asc(events.id))
      .limit(1)
      .get()
    return first === undefined ? await lastId() : first.id - 1
  }

  /**
   * Runs one index query per type: for several types at once, SQLite would sort all matching
   * events.
   */
  async function ofEachType(
    types: readonly string[],
    where: SQL | undefined,
    select: (where: SQL | undefined) => Promise<StoredEvent[]>,
  ): Promise<StoredEvent[]> {
    // Limit all queries to the same last id. If two events were written meanwhile, only the second
    // might be found, and a client that continues from it would miss the first.
    const upTo = lte(events.id, await lastId())
    const found = types.map((type) => select(and(where, upTo, eq(events.type, type))))
    return (await Promise.all(found)).flat()
  }

  const lastId = async (): Promise<number> =>
    (
      await database
        .select({ id: max(events.id) })
        .from(events)
        .get()
    )?.id ?? 0

  return {
    append: (event) => ({ inserter, row: valuesOf(event) }),
    appendOncePerReason: (event, most) => {
      const { linkId, type, reason } = event
      const args = [...valuesOf(event), linkId, type, reason, linkId, type, most]
      return { sql: INSERT_ONCE, args }
    },
    page: async ({ types, ...filter }, limit, from = 'oldest') => {
      const { afterId, sinceMs } = filter
      const fromId = sinceMs === undefined ? afterId : Math.max(afterId, await idBefore(sinceMs))
      const where = whereOf({ ...filter, afterId: fromId })
      const order = from === 'oldest' ? asc : desc
      const select = (and: SQL | undefined): Promise<StoredEvent[]> =>
        database.select().from(events).where(and).orderBy(order(events.id)).limit(limit)
      const found =
        types === undefined
          ? await select(where)
          : filter.subject !== undefined || filter.subscriberId !== undefined
            ? // A subscriber or subject has few events: keep SQLite from scanning all of a type.
              await select(and(where, sql`+${events.type} in ${types}`))
            : await ofEachType(types, where, select)
      return inOrder(found, from, limit)
    },
    ofLink: (environmentId, linkId) =>
      database
        .select()
        .from(events)
        .where(and(eq(events.linkId, linkId), eq(events.environmentId, environmentId)))
        .orderBy(asc(events.id)),
    linksOf: async (actor, limit) => {
      const found = await database
        .select({ environmentId: events.environmentId, linkId: sql<string>`${events.linkId}` })
        .from(events)
        .where(and(eq(events.actor, actor), isNotNull(events.linkId)))
        .groupBy(events.environmentId, events.linkId)
        .orderBy(desc(max(events.id)))
        .limit(limit)
      return found
    },
    listen: (listener) => writer.listen(TABLE, listener),
    isShared,
    erasePersonal: (environmentId, subscriberId) => ({
      inserter: eraser,
      row: [environmentId, subscriberId],
    }),
    checkpoints: createEventCheckpoints(database, sign),
    verify: () => verifyEvents(database, sign),
  }
}

/**
 * Text is stored as UTF-8, in which a lone surrogate becomes U+FFFD, so the digest must be computed
 * over that form. In JSON a lone surrogate is an escape and is preserved.
 */
const toRow = ({
  data,
  personal,
  ...event
}: NewEvent): Omit<EventRow, 'personalDigest' | 'digest'> => ({
  environmentId: event.environmentId,
  atMs: event.atMs,
  type: event.type,
  subject: event.subject.toWellFormed(),
  actor: event.actor.toWellFormed(),
  linkId: event.linkId,
  reason: event.reason?.toWellFormed() ?? null,
  data: JSON.stringify(data),
  subscriberId: event.subscriberId?.toWellFormed() ?? null,
  personal: personal === null ? null : JSON.stringify(personal),
})

/** Sorts what was found, oldest first, and cuts it to the page. */
function inOrder(found: StoredEvent[], from: 'oldest' | 'newest', limit: number): StoredEvent[] {
  const sorted = found.toSorted((one, other) => one.id - other.id)
  return from === 'oldest' ? sorted.slice(0, limit) : sorted.slice(-limit)
}

const whereOf = ({
  environmentId,
  afterId,
  subject,
  subscriberId,
  sinceMs,
}: Omit<EventFilter, 'types'>): SQL | undefined =>
  and(
    eq(events.environmentId, environmentId),
    gt(events.id, afterId),
    subject === undefined ? undefined : eq(events.subject, subject),
    subscriberId === undefined ? undefined : eq(events.subscriberId, subscriberId),
    sinceMs === undefined ? undefined : gte(events.atMs, sinceMs),
  )
