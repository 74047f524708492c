import { nameOf, type TransferRecord } from './records.ts'
import type { Taken } from './taken.ts'

/** Where a record comes from: a line of a file, or one of Novu's lists. */
export type Place = { line: number } | { resource: string }

/** A record that was skipped: what it is, as far as that can be determined, and why. */
export type Skipped = Place & { what: string; why: string }

export type ReportFacts = {
  stored: Record<string, number>
  known: Record<string, number>
  skipped: Skipped[]
}

export type Report = {
  took(record: TransferRecord, place: Place, taken: Taken): void
  skip(name: string | null, place: Place, why: string): void
  facts(): ReportFacts
  /** A summary for people, with every skipped record and the reason. */
  text(): string
}

const EVERY = 1000

/** Counts the outcomes of records, and reports progress now and then. */
export function createReport(progress: (text: string) => void): Report {
  const stored: Record<string, number> = {}
  const known: Record<string, number> = {}
  const skipped: Skipped[] = []
  let seen = 0
  const count = (): void => {
    seen += 1
    if (seen % EVERY === 0) progress(`${seen} records, ${skipped.length} skipped …`)
  }
  const skip: Report['skip'] = (name, place, why) => {
    skipped.push({ ...place, what: name ?? placeText(place), why })
    count()
  }
  return {
    skip,
    took(record, place, taken) {
      const { record: kind } = record
      if (taken.kind === 'skipped') return skip(nameOf(record), place, taken.why)
      if (kind !== 'environment') {
        const counts = taken.kind === 'stored' ? stored : known
        counts[kind] = (counts[kind] ?? 0) + 1
      }
      count()
    },
    facts: () => ({ stored, known, skipped: inOrder(skipped) }),
    text: () =>
      [
        `stored: ${inWords(stored)}`,
        `there already: ${inWords(known)}`,
        `skipped: ${skipped.length}`,
        ...inOrder(skipped).map(skippedText),
      ].join('\n'),
  }
}

/** Sorts skipped records: records that are stored concurrently finish in any order. */
const inOrder = (skipped: readonly Skipped[]): Skipped[] =>
  [...skipped].sort((left, right) => lineOf(left) - lineOf(right))

const lineOf = (place: Place): number => ('line' in place ? place.line : 0)

const placeText = (place: Place): string =>
  'line' in place ? `line ${place.line}` : `an item of ${place.resource}`

function skippedText({ what, why, ...place }: Skipped): string {
  const where = placeText(place)
  return `  ${what === where ? where : `${where}, ${what}`}: ${why}`
}

const inWords = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([kind, number]) => `${number} ${kind}${number === 1 ? '' : 's'}`)
    .join(', ') || 'nothing'
