import { signHmac } from '../../secrets/hmac.ts'

/** An event as its row holds it, without its id. */
export type EventRow = {
  environmentId: string
  atMs: number
  type: string
  subject: string
  actor: string
  linkId: string | null
  reason: string | null
  /** JSON, exactly as it is stored. */
  data: string
  subscriberId: string | null
  /** JSON, exactly as it is stored. */
  personal: string | null
  personalDigest: string | null
  digest: string
}

type Unsigned = Omit<EventRow, 'personalDigest' | 'digest'>

/** The row with its digests. Without the key nobody can change it unnoticed, or write another one. */
export function signEvent(key: Uint8Array, row: Unsigned): EventRow {
  const isPersonal = row.subscriberId !== null || row.personal !== null
  const signed = { ...row, personalDigest: isPersonal ? digestOfPersonal(key, row) : null }
  return { ...signed, digest: digestOfEvent(key, signed) }
}

/** Whether a row is as it was written. What is personal may be as it was written, or erased. */
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

/** A checkpoint as its row holds it. */
export type Checkpoint = {
  eventId: number
  atMs: number
  digest: string
  beginning: string | null
}

/** What a checkpoint covers: the one before, and the events since then in their order. */
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

/** By it retention says that nothing before a checkpoint is missing, but was removed in order. */
export const digestOfBeginning = (
  key: Uint8Array,
  { eventId, digest }: Pick<Checkpoint, 'eventId' | 'digest'>,
): string => digestOf(key, ['beginning', eventId, digest])

/** Every list begins with what it is of, so that no digest can stand for one of another kind. */
const digestOf = (key: Uint8Array, parts: readonly (string | number | null)[]): string =>
  signHmac(key, JSON.stringify(parts))
