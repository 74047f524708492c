import { and, asc, getTableName, gt, lte, max, sql } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/sqlite-core'
import type { Database } from '../database/client.ts'
import { eventCheckpoints, events, newEvents } from '../schema/events.ts'
import {
  type Checkpoint,
  digestOfBeginning,
  digestOfCheckpoint,
  type EventRow,
  isAuthentic,
  type Sign,
} from './chain.ts'
import { type EventSource, newAsEvents } from './packed.ts'

/** A problem with the events in this range of ids (inclusive), as far as it can be located. */
export type EventProblem = {
  kind: /** Somebody changed the row, or wrote it without the key. */
    | 'changed'
    /** The row has an id that retention has already removed. */
    | 'added'
    /** The rows are missing. */
    | 'missing'
    /** The rows were reordered, or the checkpoint over them or the one before it was changed. */
    | 'checkpoint_broken'
  fromId: number
  toId: number
}

export type EventVerification = {
  events: number
  checkpoints: number
  /** At most 100. */
  problems: EventProblem[]
}

type NumberedRow = EventRow & { id: number }

/** Read and verified in about 5 ms; requests are answered between two pages. */
const PAGE = 500
const MAX_PROBLEMS = 100
/**
 * Retention may move the beginning of the chain meanwhile, which makes what was read inconsistent.
 */
const ATTEMPTS = 3

/** Verifies every event and checkpoint. Events written meanwhile are left for the next run. */
export async function verifyEvents(database: Database, sign: Sign): Promise<EventVerification> {
  for (let attempt = 1; ; attempt += 1) {
    const beginsAt = await firstCheckpointId(database)
    const verification = await verifyOnce(database, sign)
    const isUndisturbed = (await firstCheckpointId(database)) === beginsAt
    if (isUndisturbed || verification.problems.length === 0 || attempt === ATTEMPTS) {
      return verification
    }
  }
}

async function verifyOnce(database: Database, sign: Sign): Promise<EventVerification> {
  const lastAssignedId = await readLastAssignedId(database)
  const upToId = Math.max(lastAssignedId, await readLastId(database))
  const checkpoints: Checkpoint[] = []
  for await (const page of checkpointPages(database, upToId)) checkpoints.push(...page)
  const examination = createExamination(sign, checkpoints)
  for await (const page of eventPages(database, upToId)) page.forEach(examination.row)
  return examination.end(lastAssignedId)
}

/** Verifies events and the checkpoints over them, both given in order. */
function createExamination(
  sign: Sign,
  checkpoints: readonly Checkpoint[],
): { row(row: NumberedRow): void; end(lastAssignedId: number): EventVerification } {
  const found: EventVerification = { events: 0, checkpoints: checkpoints.length, problems: [] }
  const [first = null] = checkpoints
  const beginning = first !== null && first.beginning !== null ? first : null
  let before = beginning
  let lastId = beginning?.eventId ?? 0
  let position = beginning === null ? 0 : 1
  let span: { id: number; digest: string }[] = []
  // A problem already found in a row explains why the checkpoint over it does not match.
  let isExplained = false

  const tell = (problem: EventProblem): void => {
    isExplained = true
    if (found.problems.length < MAX_PROBLEMS) found.problems.push(problem)
  }

  const expectUpTo = (id: number): void => {
    if (lastId < id) tell({ kind: 'missing', fromId: lastId + 1, toId: id })
    lastId = Math.max(lastId, id)
  }

  /** Verifies the checkpoints that end before an event. */
  const closeBefore = (id: number): void => {
    for (let next = checkpoints[position]; next !== undefined && next.eventId < id; ) {
      expectUpTo(next.eventId)
      const fits = digestOfCheckpoint(sign, { before, rows: span }, next) === next.digest
      if (!fits && !isExplained) {
        tell({ kind: 'checkpoint_broken', fromId: (before?.eventId ?? 0) + 1, toId: next.eventId })
      }
      before = next
      span = []
      isExplained = false
      position += 1
      next = checkpoints[position]
    }
  }

  if (beginning !== null && digestOfBeginning(sign, beginning) !== beginning.beginning) {
    tell({ kind: 'checkpoint_broken', fromId: 1, toId: beginning.eventId })
    isExplained = false
  }
  return {
    row(row) {
      found.events += 1
      if (row.id <= lastId) {
        tell({ kind: 'added', fromId: row.id, toId: row.id })
        return
      }
      closeBefore(row.id)
      expectUpTo(row.id - 1)
      if (!isAuthentic(sign, row)) tell({ kind: 'changed', fromId: row.id, toId: row.id })
      lastId = row.id
      span.push({ id: row.id, digest: row.digest })
    },
    end(lastAssignedId) {
      closeBefore(Number.POSITIVE_INFINITY)
      expectUpTo(lastAssignedId)
      return found
    },
  }
}

const firstCheckpointId = async (database: Database): Promise<number | null> =>
  (
    await database
      .select({ id: eventCheckpoints.eventId })
      .from(eventCheckpoints)
      .orderBy(asc(eventCheckpoints.eventId))
      .limit(1)
      .get()
  )?.id ?? null

const readLastId = async (database: Database): Promise<number> => {
  const select = (source: EventSource) => database.select({ id: max(events.id) }).from(source)
  const found = await database.batch([select(events), select(newAsEvents)])
  return Math.max(...found.flat().map(({ id }) => id ?? 0))
}

/** The greatest id that SQLite has ever assigned; reveals that the last rows were removed. */
const readLastAssignedId = async (database: Database): Promise<number> => {
  // SQLite adds the row with the first event; `get` of a raw query throws without one.
  const [row] = await database.all<{ seq: number }>(
    sql`select seq from sqlite_sequence where name = ${getTableName(newEvents)}`,
  )
  return row?.seq ?? 0
}

async function* checkpointPages(database: Database, upToId: number): AsyncGenerator<Checkpoint[]> {
  for (let afterId = -1; ; ) {
    const page = await database
      .select()
      .from(eventCheckpoints)
      .where(and(gt(eventCheckpoints.eventId, afterId), lte(eventCheckpoints.eventId, upToId)))
      .orderBy(asc(eventCheckpoints.eventId))
      .limit(PAGE)
    yield page
    if (page.length < PAGE) return
    afterId = page.at(-1)?.eventId ?? afterId
    await nextTurn()
  }
}

async function* eventPages(database: Database, upToId: number): AsyncGenerator<NumberedRow[]> {
  // Select the text exactly as stored: the digests are computed over it.
  const columns = {
    id: events.id,
    environmentId: events.environmentId,
    atMs: events.atMs,
    type: events.type,
    subject: events.subject,
    actor: events.actor,
    linkId: events.linkId,
    reason: events.reason,
    data: sql<string>`${events.data}`,
    subscriberId: events.subscriberId,
    personal: sql<string | null>`${events.personal}`,
    personalDigest: events.personalDigest,
    digest: events.digest,
  }
  for (let afterId = Number.MIN_SAFE_INTEGER; ; ) {
    const select = (source: EventSource) =>
      database
        .select(columns)
        .from(source)
        .where(and(gt(events.id, afterId), lte(events.id, upToId)))
    // In one query: with two, events could be moved meanwhile, and missed.
    const page = await unionAll(select(events), select(newAsEvents))
      .orderBy(asc(events.id))
      .limit(PAGE)
    yield page
    if (page.length < PAGE) return
    afterId = page.at(-1)?.id ?? afterId
    await nextTurn()
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
