import { getTableName } from 'drizzle-orm'
import { events, newEvents } from '../schema/events.ts'
import type { Writer } from '../writer/writer.ts'
import {
  bulkInserter,
  type Row,
  type RowInsert,
  type RowInserter,
  rowInserter,
  rowReader,
  type Statement,
} from '../writer/writes.ts'
import type { EventRow } from './chain.ts'
import { EVENT_VALUES, packEvent, UNPACKED } from './packed.ts'

/** An event that its link has once for each reason, and at most `most` times. */
export type LimitedEvent = EventRow & { linkId: string }

export type NewEvents = {
  append(row: EventRow): RowInsert
  appendOncePerReason(row: LimitedEvent, most: number): RowInsert
  /** Erases the personal fields of all events about a subscriber, new or not. */
  erasePersonal(environmentId: string, subscriberId: string): RowInsert
  /** Moves all new events to `events`, with its indexes. */
  index(): Promise<void>
}

const INDEXED = `"${getTableName(events)}"`
const NEW_TABLE = getTableName(newEvents)
const NEW = `"${NEW_TABLE}"`
const VALUES = EVENT_VALUES.map((name) => `"${events[name].name}"`).join(', ')

/** Moved in one transaction of about 5 ms, with a large table. */
const MAX_AT_ONCE = 128

/**
 * Moves the oldest new events. One is left if another row has its id, which only somebody can have
 * written who is not latch: it must neither be lost nor keep the others from being moved.
 */
const moveUpTo = (most: number): [Statement, Statement] => [
  {
    sql: `insert into ${INDEXED} ("id", ${VALUES}) select "id", ${VALUES} from (${UNPACKED}) as "new"
where not exists (select 1 from ${INDEXED} as "old" where "old"."id" = "new"."id")
order by "id" limit ${most}`,
    args: [],
  },
  {
    sql: `delete from ${NEW} where "id" in (select "new"."id" from (${UNPACKED}) as "new"
join ${INDEXED} as "moved" on "moved"."id" = "new"."id" and "moved"."digest" = "new"."digest")`,
    args: [],
  },
]
const MOVE_SOME = moveUpTo(MAX_AT_ONCE)
/** A negative limit is none (https://sqlite.org/lang_select.html#limitoffset). */
const MOVE_ALL = moveUpTo(-1)

const inserter = rowInserter(NEW_TABLE, [newEvents.event.name])

const limitedRows = bulkInserter(
  5,
  (rows) => `insert into ${NEW} ("event", "limited_link_id")
with "given" ("event", "link_id", "type", "reason", "most") as (${rows})
select "event", "link_id" from "given"
where (select count(*) < "given"."most" and count(*) filter (where "reason" is "given"."reason") = 0
from (select "type", "reason" from (${UNPACKED}) where "limited_link_id" = "given"."link_id"
union all select "type", "reason" from ${INDEXED} where "link_id" = "given"."link_id")
where "type" = "given"."type")`,
)

/** A statement does not see the rows that it inserts itself, so each has one row for a link. */
const limitedInserter: RowInserter = {
  statements: (rows) => oncePerLink(rows).flatMap((some) => [...limitedRows.statements(some)]),
}

function oncePerLink(rows: readonly Row[]): Row[][] {
  const counts = new Map<Row[number], number>()
  const parts: Row[][] = []
  for (const row of rows) {
    const [, linkId = null] = row
    const earlier = counts.get(linkId) ?? 0
    counts.set(linkId, earlier + 1)
    const part = parts[earlier]
    if (part === undefined) parts.push([row])
    else part.push(row)
  }
  return parts
}

const eraserOfIndexed = rowReader(
  `update ${INDEXED} set "subscriber_id" = null, "personal" = null where "id" in (
select "event"."id" from json_each(?1) as "person" join ${INDEXED} as "event"
on "event"."environment_id" = "person"."value" ->> 0
and "event"."subscriber_id" = "person"."value" ->> 1)`,
)

/** Runs last, because it must also erase what is appended by the same commit. */
const eraser: RowInserter = {
  statements: (rows) => [...MOVE_ALL, ...eraserOfIndexed.statements(rows)],
  isLast: true,
}

/**
 * Appends events to `new_events`, and moves them on after every 128, in commits of its own, so that
 * there are few at any time. A failure to move them is not reported: the next events, or the job that
 * writes checkpoints, will move these too.
 */
export function createNewEvents(writer: Pick<Writer, 'commit' | 'listen'>): NewEvents {
  let appended = 0
  let isMoving = false

  async function index(): Promise<void> {
    for (;;) {
      const [moved] = await writer.commit(MOVE_SOME)
      if (moved === undefined || moved.rowsAffected < MAX_AT_ONCE) return
    }
  }

  writer.listen(NEW_TABLE, () => {
    if (appended < MAX_AT_ONCE || isMoving) return
    appended = 0
    isMoving = true
    index()
      .catch(() => {})
      .finally(() => {
        isMoving = false
      })
  })

  const toText = (row: EventRow): string => {
    appended += 1
    return packEvent(row)
  }

  return {
    append: (row) => ({ inserter, row: [toText(row)] }),
    appendOncePerReason: (row, most) => ({
      inserter: limitedInserter,
      row: [toText(row), row.linkId, row.type, row.reason, most],
    }),
    erasePersonal: (environmentId, subscriberId) => ({
      inserter: eraser,
      row: [environmentId, subscriberId],
    }),
    index,
  }
}
