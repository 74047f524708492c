import { getTableName } from 'drizzle-orm'
import { createSigner } from '../../secrets/hmac.ts'
import type { Database } from '../database/client.ts'
import { newEvents } from '../schema/events.ts'
import type { Writer } from '../writer/writer.ts'
import type { Write } from '../writer/writes.ts'
import { type EventRow, signEvent } from './chain.ts'
import { createEventCheckpoints, type EventCheckpoints } from './checkpoints.ts'
import { createNewEvents } from './new-events.ts'
import { createReadEvents, type ReadEvents, type StoredEvent } from './read-events.ts'
import { type EventVerification, verifyEvents } from './verify.ts'

/** An event to be written. Its id and digests are created on writing. */
export type NewEvent = Omit<StoredEvent, 'id' | 'personalDigest' | 'digest'>

export type Events = ReadEvents & {
  /**
   * Takes about 5 µs of the thread that writes, and 9 of this thread, which signs it: measured by
   * `bun run bench events`.
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
   * Indexes new events, which also happens after every 128 of them. Reads find new events too, but go
   * through all of them.
   */
  index(): Promise<void>
  checkpoints: EventCheckpoints
  /** Verifies every event and checkpoint. Takes about 10 µs per event, in small parts. */
  verify(): Promise<EventVerification>
}

export function createEvents(
  database: Database,
  writer: Pick<Writer, 'commit' | 'listen'>,
  key: Uint8Array,
  isShared: boolean,
): Events {
  const sign = createSigner(key)
  const { append, appendOncePerReason, erasePersonal, index } = createNewEvents(writer)

  return {
    ...createReadEvents(database),
    append: (event) => append(signEvent(sign, toRow(event))),
    appendOncePerReason: (event, most) => {
      const { linkId } = event
      return appendOncePerReason({ ...signEvent(sign, toRow(event)), linkId }, most)
    },
    listen: (listener) => writer.listen(getTableName(newEvents), listener),
    isShared,
    erasePersonal,
    index,
    checkpoints: createEventCheckpoints(database, sign),
    verify: () => verifyEvents(database, sign),
  }
}

/**
 * Text is stored as UTF-8, in which a lone surrogate becomes U+FFFD, so the digest must be computed
 * over that form. `data` and `personal` are JSON, in which a lone surrogate is an escape and is
 * preserved.
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
