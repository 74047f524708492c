import type { Taken } from './importer.ts'
import type { TransferRecord } from './records.ts'

export type ReportFacts = {
  stored: Record<string, number>
  known: Record<string, number>
  skipped: { what: string; why: string }[]
}

export type Report = {
  took(record: TransferRecord, taken: Taken): void
  skip(what: string, why: string): void
  facts(): ReportFacts
  /** For people, with every record that was left out and why. */
  text(): string
}

const EVERY = 1000

/** Counts what becomes of records, and says how far it is now and then. */
export function createReport(progress: (text: string) => void): Report {
  const stored: Record<string, number> = {}
  const known: Record<string, number> = {}
  const skipped: ReportFacts['skipped'] = []
  let seen = 0
  const count = (): void => {
    seen += 1
    if (seen % EVERY === 0) progress(`${seen} records …`)
  }
  return {
    took(record, taken) {
      count()
      const { record: kind } = record
      if (taken.kind === 'skipped') skipped.push({ what: nameOf(record), why: taken.why })
      else if (kind !== 'environment') {
        const counts = taken.kind === 'stored' ? stored : known
        counts[kind] = (counts[kind] ?? 0) + 1
      }
    },
    skip(what, why) {
      count()
      skipped.push({ what, why })
    },
    facts: () => ({ stored, known, skipped }),
    text: () =>
      [
        `stored: ${inWords(stored)}`,
        `there already: ${inWords(known)}`,
        `skipped: ${skipped.length}`,
        ...skipped.map(({ what, why }) => `  ${what}: ${why}`),
      ].join('\n'),
  }
}

const inWords = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([kind, number]) => `${number} ${kind}${number === 1 ? '' : 's'}`)
    .join(', ') || 'nothing'

function nameOf(record: TransferRecord): string {
  switch (record.record) {
    case 'environment':
      return `environment ${record.name}`
    case 'subscriber':
      return `subscriber ${record.subscriberId}`
    case 'context':
      return `context ${record.type}:${record.id}`
    default:
      return `${record.record} ${record.identifier}`
  }
}
