import { getTableName } from 'drizzle-orm'
import { createSigner } from '../../secrets/hmac.ts'
import type { Database } from '../database/client.ts'
import { events } from '../schema/events.ts'
import type { Writer } from '../writer/writer.ts'
import { rowInserter, rowReader, type Write } from '../writer/writes.ts'
import { type EventRow, signEvent } from './chain.ts'
import { createEventCheckpoints, type EventCheckpoints } from './checkpoints.ts'
import { createNewEvents, NEW } from './new-events.ts'
import { createReadEvents, type ReadEvents, type StoredEvent } from './read-events.ts'
import { type EventVerification, verifyEvents } from './verify.ts'

/** An event to be written. Its id and digests are created on writing. */
export type NewEvent = Omit<StoredEvent, 'id' | 'personalDigest' | 'digest'>

export type Events = ReadEvents & {
  /**
   * Takes 10 to 20 µs of the thread that writes, of which 9 to 14 are for any row of this size, and
   * 9 of this thread, which signs it: measured by `bun run bench events` on a busy machine.
   */
  append(event: NewEvent): Write
  /**
   * Appends an event of a link, unless the link already has one of that type and reason, or `most`
   * of that type: following a link again and again must not fill the table.
   */
  appendOncePerReason(event: NewEvent & { linkId: string }, most: number): Write
  /**
   * Calls `listener` after each commit of this process that may have added events. Returns a
   * function that stops it. Commits of other processes are not reported: see `isShared`.
   */
  listen(listener: () => void): () => void
  /** Whether other processes may also add events. */
  isShared: boolean
  /** Erases the personal fields of all events about a subscriber. */
  erasePersonal(environmentId: string, subscriberId: string): Write
  /**
   * Moves new events to the indexes, which also happens after every 128 of them. Reads find new
   * events too, but go through all of them.
   */
  index(): Promise<void>
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
const inserter = rowInserter(TABLE, COLUMN_NAMES, { is_new: NEW })

/** Runs last: events are appended by one bulk insert per commit, and it must erase those too. */
const eraser = rowReader(
  `update "${TABLE}" set "subscriber_id" = null, "personal" = null where "id" in (
select "new"."id" from json_each(?1) as "person" join "${TABLE}" as "new"
on "new"."is_new" = ${NEW}
and +"new"."environment_id" = "person"."value" ->> 0
and "new"."subscriber_id" = "person"."value" ->> 1
union all
select "indexed"."id" from json_each(?1) as "person" join "${TABLE}" as "indexed"
on "indexed"."is_new" is null
and "indexed"."environment_id" = "person"."value" ->> 0
and "indexed"."subscriber_id" = "person"."value" ->> 1)`,
  true,
)

const INSERT_ONCE = `insert into "${TABLE}" (${[...COLUMN_NAMES, 'is_new'].map((name) => `"${name}"`).join(', ')})
select ${COLUMN_NAMES.map(() => '?').join(', ')}, ${NEW}
where (select count(*) < ? and count(*) filter (where "reason" is ?) = 0 from (
select "type", "reason" from "${TABLE}" where "is_new" = ${NEW} and "link_id" = ?
union all
select "type", "reason" from "${TABLE}" where "is_new" is null and "link_id" = ?) where "type" = ?)`

export function createEvents(
  database: Database,
  writer: Pick<Writer, 'commit' | 'listen'>,
  key: Uint8Array,
  isShared: boolean,
): Events {
  const sign = createSigner(key)
  const newEvents = createNewEvents(writer)
  const valuesOf = (event: NewEvent): (string | number | null)[] => {
    newEvents.expect()
    const row = signEvent(sign, toRow(event))
    return COLUMNS.map((name) => row[name])
  }

  return {
    ...createReadEvents(database),
    append: (event) => ({ inserter, row: valuesOf(event) }),
    appendOncePerReason: (event, most) => {
      const { linkId, type, reason } = event
      const args = [...valuesOf(event), most, reason, linkId, linkId, type]
      return { sql: INSERT_ONCE, args }
    },
    listen: (listener) => writer.listen(TABLE, listener),
    isShared,
    erasePersonal: (environmentId, subscriberId) => ({
      inserter: eraser,
      row: [environmentId, subscriberId],
    }),
    index: newEvents.index,
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
