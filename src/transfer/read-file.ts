import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createRecordReader, type TransferRecord } from './records.ts'

/** A line of a file: a record, or what is wrong with it. */
export type ReadLine = { line: number } & (
  | { kind: 'record'; record: TransferRecord }
  | { kind: 'unreadable' }
)

/** The records of a file of JSON lines, which may be larger than memory. */
export async function* readRecords(path: string): AsyncGenerator<ReadLine> {
  const read = createRecordReader()
  let line = 0
  for await (const text of createInterface({
    input: createReadStream(path),
    crlfDelay: Infinity,
  })) {
    line += 1
    if (text.trim() === '') continue
    const record = read(parse(text))
    yield record === null ? { line, kind: 'unreadable' } : { line, kind: 'record', record }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
