import { getTableName, isNull, type SQL, sql } from 'drizzle-orm'
import { events } from '../schema/events.ts'
import type { Writer } from '../writer/writer.ts'

/** The value of `is_new` in a new event. */
export const NEW = 1

/** New events. Keeps SQLite from ever reading others, if no term of the query can use an index. */
export const isNew: SQL = sql`${events.isNew} = 1`
/** All other events: those in the indexes that leave out new ones. */
export const isIndexed: SQL = isNull(events.isNew)

export type NewEvents = {
  /** Call it for each event to be written. */
  expect(): void
  /** Moves all new events to the indexes. */
  index(): Promise<void>
}

const TABLE = getTableName(events)

/** Indexed in one transaction of about 5 ms, in a large table. */
const MAX_AT_ONCE = 128

// In the order of the ids: whoever reads the new events first, and then the indexed ones, misses none.
const MOVE = `update "${TABLE}" set "is_new" = null where "id" in (
select "id" from "${TABLE}" where "is_new" = ${NEW} order by "id" limit ${MAX_AT_ONCE})`

/**
 * Moves new events to the indexes after every 128 of them, in commits of its own, so that few are
 * new at any time. A failure is not reported: the next events, or the job that writes checkpoints,
 * will index these too.
 */
export function createNewEvents(writer: Pick<Writer, 'commit' | 'listen'>): NewEvents {
  let expected = 0
  let isMoving = false

  async function index(): Promise<void> {
    for (;;) {
      const [moved] = await writer.commit([{ sql: MOVE, args: [] }])
      if (moved === undefined || moved.rowsAffected < MAX_AT_ONCE) return
    }
  }

  writer.listen(TABLE, () => {
    if (expected < MAX_AT_ONCE || isMoving) return
    expected = 0
    isMoving = true
    index()
      .catch(() => {})
      .finally(() => {
        isMoving = false
      })
  })

  return {
    index,
    expect: () => {
      expected += 1
    },
  }
}
