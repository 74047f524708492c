import type { RowTimes } from '../store/fresh-row.ts'

/** What became of a record. `known`: it is there already, so that an import can be run again. */
export type Taken = { kind: 'stored' } | { kind: 'known' } | { kind: 'skipped'; why: string }

export const stored: Taken = { kind: 'stored' }
export const known: Taken = { kind: 'known' }
export const skipped = (why: string): Taken => ({ kind: 'skipped', why })

/** When what a record tells of was made and last changed; left out where that is not known. */
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
