import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { parseJson } from '../domain/json.ts'
import { type Novu, NovuError, RESOURCES, readNovuPage } from './from-novu.ts'
import { readRecords } from './read-file.ts'
import type { ReadRecord, TransferRecord } from './records.ts'
import type { Place, Report } from './report.ts'
import type { Taken } from './taken.ts'

type Take = (record: TransferRecord) => Promise<Taken>
type Placed = { record: TransferRecord; place: Place }

/**
 * How many records are stored concurrently, sharing a commit, and the limit on the total length of
 * their lines.
 */
const AT_ONCE = 200
const AT_ONCE_BYTES = 4 * 1024 * 1024

async function takeAll(batch: readonly Placed[], take: Take, report: Report): Promise<void> {
  await Promise.all(
    batch.map(async ({ record, place }) => report.took(record, place, await take(record))),
  )
}

/** The record at a place. A record that is refused is reported, and null is returned. */
function recordAt(place: Place, read: ReadRecord, report: Report): Placed | null {
  if (read.kind === 'record') return { record: read.record, place }
  report.skip(read.name, place, read.why)
  return null
}

/**
 * Stores a file's records, one kind at a time, because later kinds may depend on earlier ones. A
 * line that cannot be read, or that the rules refuse, is reported, and the import continues.
 */
export async function importFile(path: string, take: Take, report: Report): Promise<void> {
  let batch: Placed[] = []
  let bytes = 0
  const flush = async (): Promise<void> => {
    await takeAll(batch, take, report)
    batch = []
    bytes = 0
  }
  for await (const { line, lengthBytes, ...read } of readRecords(path)) {
    const placed = recordAt({ line }, read, report)
    if (placed === null) continue
    const [first] = batch
    const isOtherKind = first !== undefined && first.record.record !== placed.record.record
    if (isOtherKind || batch.length === AT_ONCE || bytes > AT_ONCE_BYTES) await flush()
    batch.push(placed)
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
  take: Take,
  report: Report,
): Promise<void> {
  const file = join(dataDir, 'import-from-novu.json')
  const begun = await readProgress(file, novu.url)
  let { resource, after } = begun
  for (; resource < RESOURCES.length; resource += 1, after = null) {
    for (;;) {
      const wanted = RESOURCES[resource]
      if (wanted === undefined) break
      const { items, next } = await readNovuPage(novu, wanted, after)
      const place = { resource: wanted.path }
      const placed = items.flatMap((item) => recordAt(place, item, report) ?? [])
      await takeAll(placed, take, report)
      if (next === null) break
      if (next === after) throw new NovuError(`Novu gives the same page of ${wanted.path} again`)
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
