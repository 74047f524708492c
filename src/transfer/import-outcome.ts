import type { RowTimes } from '../store/fresh-row.ts'

/** The outcome of a record. `known`: it exists already, so that an import can be repeated. */
export type ImportOutcome =
  | { kind: 'stored' }
  | { kind: 'known' }
  | { kind: 'skipped'; why: string }

export const stored: ImportOutcome = { kind: 'stored' }
export const known: ImportOutcome = { kind: 'known' }
export const skipped = (why: string): ImportOutcome => ({ kind: 'skipped', why })

/** When the resource of a record was created and last changed; omitted where that is unknown. */
export function timesOf(record: { createdAt?: string; updatedAt?: string }): RowTimes {
  const [createdAtMs, updatedAtMs] = [timeOf(record.createdAt), timeOf(record.updatedAt)]
  return {
    ...(createdAtMs !== null && { createdAtMs }),
    ...(updatedAtMs !== null && { updatedAtMs }),
  }
}

function timeOf(text: string | undefined): number | null {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? null : ms
}
