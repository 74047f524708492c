import { getTableColumns, getTableName, Subquery, sql } from 'drizzle-orm'
import { events, newEvents } from '../schema/events.ts'
import type { EventRow } from './chain.ts'

/** The values of an event, in their order in the JSON array that `new_events` has. */
export const EVENT_VALUES = [
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
] as const satisfies readonly (keyof EventRow)[]

export const packEvent = (row: EventRow): string =>
  JSON.stringify(EVENT_VALUES.map((name) => row[name]))

/**
 * What stands for a value that may not be null in an event that somebody damaged. It keeps the event
 * from being lost or from failing every read, so that its digest can reveal the damage.
 */
const INSTEAD: Partial<Record<string, string>> = {
  environmentId: "''",
  atMs: '0',
  type: "''",
  subject: "''",
  actor: "''",
  data: "'{}'",
  digest: "''",
}

const unpacked = EVENT_VALUES.map((name, index) => {
  const value = `iif(json_valid("event"), "event" ->> ${index}, null)`
  const instead = INSTEAD[name]
  const always = instead === undefined ? value : `coalesce(${value}, ${instead})`
  return `${always} as "${events[name].name}"`
})

/** A query for new events with the columns of `events`, and their own. */
export const UNPACKED = `select "id", "limited_link_id", ${unpacked.join(', ')} from "${getTableName(newEvents)}"`

/** New events, read as if they were in `events`. */
export const newAsEvents = new Subquery(
  sql.raw(UNPACKED),
  getTableColumns(events),
  getTableName(events),
)

/** Where events are read from. */
export type EventSource = typeof events | typeof newAsEvents
