import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { type Novu, RESOURCES, type ReadItem, readNovuPage } from './from-novu.ts'
import type { Taken } from './importer.ts'
import { readRecords } from './read-file.ts'
import type { TransferRecord } from './records.ts'
import type { Report } from './report.ts'

type Take = (record: TransferRecord) => Promise<Taken>

/** Records at once, which share a commit. */
const AT_ONCE = 200

async function takeAll(
  records: readonly TransferRecord[],
  take: Take,
  report: Report,
): Promise<void> {
  await Promise.all(records.map(async (record) => report.took(record, await take(record))))
}

/** Stores a file's records, those of one kind together: others may need them. */
export async function importFile(path: string, take: Take, report: Report): Promise<void> {
  let waiting: TransferRecord[] = []
  const flush = async (): Promise<void> => {
    await takeAll(waiting, take, report)
    waiting = []
  }
  for await (const read of readRecords(path)) {
    if (read.kind === 'unreadable') {
      report.skip(`line ${read.line}`, 'not a record of latch')
      continue
    }
    const [first] = waiting
    const otherKind = first !== undefined && first.record !== read.record.record
    if (otherKind || waiting.length === AT_ONCE) await flush()
    waiting.push(read.record)
  }
  await flush()
}

const Progress = Type.Object({
  url: Type.String(),
  resource: Type.Integer({ minimum: 0 }),
  after: Type.Union([Type.String(), Type.Null()]),
})

/**
 * Reads a Novu deployment page by page and stores it. How far it came is kept in the data directory
 * after each page, so that one that was cut off goes on there.
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
      await takeAll(recordsOf(items, report), take, report)
      if (next === null) break
      after = next
      await keep(file, { url: novu.url, resource, after })
    }
    await keep(file, { url: novu.url, resource: resource + 1, after: null })
  }
  await rm(file, { force: true })
}

function recordsOf(items: readonly ReadItem[], report: Report): TransferRecord[] {
  return items.flatMap((item) => {
    if (item.kind === 'record') return [item.record]
    report.skip(item.what, 'not in the form that latch knows')
    return []
  })
}

async function readProgress(
  file: string,
  url: string,
): Promise<{ resource: number; after: string | null }> {
  const text = await readFile(file, 'utf8').catch(() => '{}')
  const kept: unknown = JSON.parse(text)
  return Value.Check(Progress, kept) && kept.url === url ? kept : { resource: 0, after: null }
}

/** By a rename, so that a crash leaves the old file or the new one. */
async function keep(file: string, progress: object): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(progress))
  await rename(`${file}.new`, file)
}
