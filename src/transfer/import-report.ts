import type { ImportOutcome } from './import-outcome.ts'
import { nameOf, type TransferRecord } from './records.ts'

/** Where a record comes from: a line of a file, or one of Novu's lists. */
export type RecordSource = { line: number } | { resource: string }

/** A record that was skipped: what it is, as far as that can be determined, and why. */
export type Skipped = RecordSource & { what: string; why: string }

export type ImportSummary = {
  stored: Record<string, number>
  known: Record<string, number>
  skipped: Skipped[]
}

export type ImportReport = {
  add(record: TransferRecord, source: RecordSource, outcome: ImportOutcome): void
  skip(name: string | null, source: RecordSource, why: string): void
  summary(): ImportSummary
  /** A summary for people, with every skipped record and the reason. */
  text(): string
}

const EVERY = 1000

/** Counts the outcomes of records, and reports progress now and then. */
export function createReport(progress: (text: string) => void): ImportReport {
  const stored: Record<string, number> = {}
  const known: Record<string, number> = {}
  const skipped: Skipped[] = []
  let seen = 0
  const count = (): void => {
    seen += 1
    if (seen % EVERY === 0) progress(`${seen} records, ${skipped.length} skipped …`)
  }
  const skip: ImportReport['skip'] = (name, source, why) => {
    skipped.push({ ...source, what: name ?? sourceText(source), why })
    count()
  }
  return {
    skip,
    add(record, source, outcome) {
      const { record: kind } = record
      if (outcome.kind === 'skipped') return skip(nameOf(record), source, outcome.why)
      if (kind !== 'environment') {
        const counts = outcome.kind === 'stored' ? stored : known
        counts[kind] = (counts[kind] ?? 0) + 1
      }
      count()
    },
    summary: () => ({ stored, known, skipped: inOrder(skipped) }),
    text: () =>
      [
        `stored: ${inWords(stored)}`,
        `already there: ${inWords(known)}`,
        `skipped: ${skipped.length}`,
        ...inOrder(skipped).map(skippedText),
      ].join('\n'),
  }
}

/** Sorts skipped records: records that are stored concurrently finish in any order. */
const inOrder = (skipped: readonly Skipped[]): Skipped[] =>
  [...skipped].sort((left, right) => lineOf(left) - lineOf(right))

const lineOf = (source: RecordSource): number => ('line' in source ? source.line : 0)

const sourceText = (source: RecordSource): string =>
  'line' in source ? `line ${source.line}` : `an item of ${source.resource}`

function skippedText({ what, why, ...source }: Skipped): string {
  const where = sourceText(source)
  return `  ${what === where ? where : `${where}, ${what}`}: ${why}`
}

const inWords = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([kind, number]) => `${number} ${kind}${number === 1 ? '' : 's'}`)
    .join(', ') || 'nothing'
