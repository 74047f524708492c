import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { parseJson } from '../domain/json.ts'
import { type Novu, NovuError, RESOURCES, readNovuPage } from './from-novu.ts'
import type { ImportOutcome } from './import-outcome.ts'
import type { ImportReport, RecordSource } from './import-report.ts'
import { readRecords } from './read-file.ts'
import type { ReadRecord, TransferRecord } from './records.ts'

type ImportRecord = (record: TransferRecord) => Promise<ImportOutcome>
type SourcedRecord = { record: TransferRecord; source: RecordSource }

/**
 * How many records are stored concurrently, sharing a commit, and the limit on the total length of
 * their lines.
 */
const MAX_BATCH = 200
const MAX_BATCH_BYTES = 4 * 1024 * 1024

async function importAll(
  batch: readonly SourcedRecord[],
  importRecord: ImportRecord,
  report: ImportReport,
): Promise<void> {
  await Promise.all(
    batch.map(async ({ record, source }) => report.add(record, source, await importRecord(record))),
  )
}

/** The record from a source. A record that is refused is reported, and null is returned. */
function recordAt(
  source: RecordSource,
  read: ReadRecord,
  report: ImportReport,
): SourcedRecord | null {
  if (read.kind === 'record') return { record: read.record, source }
  report.skip(read.name, source, read.why)
  return null
}

/**
 * Stores a file's records, one kind at a time, because later kinds may depend on earlier ones. A
 * line that cannot be read, or that the rules refuse, is reported, and the import continues.
 */
export async function importFile(
  path: string,
  importRecord: ImportRecord,
  report: ImportReport,
): Promise<void> {
  let batch: SourcedRecord[] = []
  let bytes = 0
  const flush = async (): Promise<void> => {
    await importAll(batch, importRecord, report)
    batch = []
    bytes = 0
  }
  for await (const { line, lengthBytes, ...read } of readRecords(path)) {
    const sourced = recordAt({ line }, read, report)
    if (sourced === null) continue
    const [first] = batch
    const isOtherKind = first !== undefined && first.record.record !== sourced.record.record
    if (isOtherKind || batch.length === MAX_BATCH || bytes > MAX_BATCH_BYTES) await flush()
    batch.push(sourced)
    bytes += lengthBytes
  }
  await flush()
}

const Progress = Type.Object({
  url: Type.String(),
  resource: Type.Integer({ minimum: 0 }),
  after: Type.Union([Type.String(), Type.Null()]),
})

/**
 * Imports a Novu deployment page by page. Progress is saved in the data directory after each page,
 * so that an interrupted import resumes there.
 */
export async function importFromNovu(
  novu: Novu,
  dataDir: string,
  importRecord: ImportRecord,
  report: ImportReport,
): Promise<void> {
  const file = join(dataDir, 'import-from-novu.json')
  const begun = await readProgress(file, novu.url)
  let { resource, after } = begun
  for (; resource < RESOURCES.length; resource += 1, after = null) {
    for (;;) {
      const wanted = RESOURCES[resource]
      if (wanted === undefined) break
      const { items, next } = await readNovuPage(novu, wanted, after)
      const source = { resource: wanted.path }
      const sourced = items.flatMap((item) => recordAt(source, item, report) ?? [])
      await importAll(sourced, importRecord, report)
      if (next === null) break
      if (next === after) throw new NovuError(`Novu returned the same page of ${wanted.path} twice`)
      after = next
      await keep(file, { url: novu.url, resource, after })
    }
    await keep(file, { url: novu.url, resource: resource + 1, after: null })
  }
  await rm(file, { force: true })
}

async function readProgress(
  file: string,
  url: string,
): Promise<{ resource: number; after: string | null }> {
  const parsed = parseJson(await readFile(file).catch(() => new Uint8Array()))
  const kept = parsed.kind === 'json' ? parsed.value : null
  return Value.Check(Progress, kept) && kept.url === url ? kept : { resource: 0, after: null }
}

/** Writes atomically by a rename, so that a crash leaves either the old file or the new one. */
async function keep(file: string, progress: object): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(progress))
  await rename(`${file}.new`, file)
}
