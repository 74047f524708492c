/** Signs with the key of the events. */
export type Sign = (text: string) => string

/** An event as stored in its row, without the id. */
export type EventRow = {
  environmentId: string
  atMs: number
  type: string
  subject: string
  actor: string
  linkId: string | null
  reason: string | null
  /** JSON, exactly as stored. */
  data: string
  subscriberId: string | null
  /** JSON, exactly as stored. */
  personal: string | null
  personalDigest: string | null
  digest: string
}

type Unsigned = Omit<EventRow, 'personalDigest' | 'digest'>

/**
 * Adds the digests to a row. Without the key nobody can change it unnoticed or forge another row.
 */
export function signEvent(sign: Sign, row: Unsigned): EventRow {
  const isPersonal = row.subscriberId !== null || row.personal !== null
  const signed = { ...row, personalDigest: isPersonal ? digestOfPersonal(sign, row) : null }
  return { ...signed, digest: digestOfEvent(sign, signed) }
}

/** Whether a row is unchanged. Its personal fields must be unchanged or erased. */
export function isAuthentic(sign: Sign, row: EventRow): boolean {
  if (digestOfEvent(sign, row) !== row.digest) return false
  const isErased = row.subscriberId === null && row.personal === null
  return isErased || digestOfPersonal(sign, row) === row.personalDigest
}

const digestOfPersonal = (
  sign: Sign,
  { subscriberId, personal }: Pick<EventRow, 'subscriberId' | 'personal'>,
): string => digestOf(sign, ['personal', subscriberId, personal])

const digestOfEvent = (sign: Sign, row: Omit<EventRow, 'digest'>): string =>
  digestOf(sign, [
    'event',
    row.environmentId,
    row.atMs,
    row.type,
    row.subject,
    row.actor,
    row.linkId,
    row.reason,
    row.data,
    row.personalDigest,
  ])

/** A checkpoint as stored in its row. */
export type Checkpoint = {
  eventId: number
  atMs: number
  digest: string
  beginning: string | null
}

/** What a checkpoint covers: the previous checkpoint, and the events since then in order. */
export type Covered = {
  before: Pick<Checkpoint, 'eventId' | 'digest'> | null
  rows: readonly { id: number; digest: string }[]
}

export const digestOfCheckpoint = (
  sign: Sign,
  { before, rows }: Covered,
  { eventId, atMs }: Pick<Checkpoint, 'eventId' | 'atMs'>,
): string =>
  digestOf(sign, [
    'checkpoint',
    eventId,
    atMs,
    before?.eventId ?? 0,
    before?.digest ?? '',
    ...rows.flatMap(({ id, digest }) => [id, digest]),
  ])

/**
 * Proves that retention removed the events before a checkpoint, so that they do not count as
 * missing.
 */
export const digestOfBeginning = (
  sign: Sign,
  { eventId, digest }: Pick<Checkpoint, 'eventId' | 'digest'>,
): string => digestOf(sign, ['beginning', eventId, digest])

/** Every list begins with its kind, so that a digest cannot be used as one of another kind. */
const digestOf = (sign: Sign, parts: readonly (string | number | null)[]): string =>
  sign(JSON.stringify(parts))
