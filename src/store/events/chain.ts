import { signHmac } from '../../secrets/hmac.ts'

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
export function signEvent(key: Uint8Array, row: Unsigned): EventRow {
  const isPersonal = row.subscriberId !== null || row.personal !== null
  const signed = { ...row, personalDigest: isPersonal ? digestOfPersonal(key, row) : null }
  return { ...signed, digest: digestOfEvent(key, signed) }
}

/** Whether a row is unchanged. Its personal fields must be unchanged or erased. */
export function isAuthentic(key: Uint8Array, row: EventRow): boolean {
  if (digestOfEvent(key, row) !== row.digest) return false
  const isErased = row.subscriberId === null && row.personal === null
  return isErased || digestOfPersonal(key, row) === row.personalDigest
}

const digestOfPersonal = (
  key: Uint8Array,
  { subscriberId, personal }: Pick<EventRow, 'subscriberId' | 'personal'>,
): string => digestOf(key, ['personal', subscriberId, personal])

const digestOfEvent = (key: Uint8Array, row: Omit<EventRow, 'digest'>): string =>
  digestOf(key, [
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
  key: Uint8Array,
  { before, rows }: Covered,
  { eventId, atMs }: Pick<Checkpoint, 'eventId' | 'atMs'>,
): string =>
  digestOf(key, [
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
  key: Uint8Array,
  { eventId, digest }: Pick<Checkpoint, 'eventId' | 'digest'>,
): string => digestOf(key, ['beginning', eventId, digest])

/** Every list begins with its kind, so that a digest cannot be used as one of another kind. */
const digestOf = (key: Uint8Array, parts: readonly (string | number | null)[]): string =>
  signHmac(key, JSON.stringify(parts))
