import { open } from 'node:fs/promises'
import { MAX_DEPTH, parseJson } from '../domain/json.ts'
import { createRecordReader, type ReadRecord } from './records.ts'

/**
 * The longest line that is accepted. The largest request body that can be configured is 10 MB, and
 * JSON can grow a little when it is serialized again.
 */
export const MAX_LINE_BYTES = 16 * 1024 * 1024

/** A line nests the data of a subscriber or context one level deeper than the API's body does. */
const MAX_RECORD_DEPTH = MAX_DEPTH + 1

/** A line of a file: a record, or why it is not one. */
export type ReadLine = ReadRecord & { line: number; lengthBytes: number }

/** Reads the records of a JSON Lines file, which may be larger than memory. */
export async function* readRecords(path: string): AsyncGenerator<ReadLine> {
  const read = createRecordReader()
  for await (const line of readLines(path, MAX_LINE_BYTES)) {
    const lengthBytes = line.kind === 'line' ? line.bytes.length : 0
    if (line.kind === 'line' && isBlank(line.bytes)) continue
    yield { ...readLine(line, read), line: line.line, lengthBytes }
  }
}

function readLine(line: Line, read: (value: unknown) => ReadRecord): ReadRecord {
  if (line.kind === 'too_long') return refused(`it is longer than ${MAX_LINE_BYTES} bytes`)
  const parsed = parseJson(line.bytes, MAX_RECORD_DEPTH)
  switch (parsed.kind) {
    case 'json':
      return read(parsed.value)
    case 'not_utf8':
      return refused('it is not UTF-8')
    case 'too_deep':
      return refused(`it is nested deeper than ${MAX_RECORD_DEPTH} levels`)
    case 'not_json':
      return refused(line.isCutOff ? 'the file ends in the middle of it' : 'it is not JSON')
  }
}

const refused = (why: string): ReadRecord => ({ kind: 'refused', name: null, why })

/** JSON's white space, and the byte order mark that some editors put at the start of a file. */
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d, 0xef, 0xbb, 0xbf])

const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => BLANK.has(byte))

/** A line without its line ending, or the fact that it is too long to hold in memory. */
type Line = { line: number } & (
  | {
      kind: 'line'
      bytes: Uint8Array
      /** The file ended before the line did. */
      isCutOff: boolean
    }
  | { kind: 'too_long' }
)

const LINE_FEED = 0x0a
const CHUNK_BYTES = 1024 * 1024

/**
 * The lines of a file, which may be larger than memory: at most `maxBytes` of a line are ever held.
 * Only a line feed ends a line, as in https://jsonlines.org: JSON text may contain U+2028 and
 * U+2029, which Node's `readline` also treats as line endings.
 */
async function* readLines(path: string, maxBytes: number): AsyncGenerator<Line> {
  let parts: Uint8Array[] = []
  let lengthBytes = 0
  let line = 1
  const add = (part: Uint8Array): void => {
    lengthBytes += part.length
    if (lengthBytes > maxBytes) parts = []
    else if (part.length > 0) parts.push(new Uint8Array(part))
  }
  const finish = (isCutOff: boolean): Line => {
    const finished: Line =
      lengthBytes > maxBytes
        ? { line, kind: 'too_long' }
        : { line, kind: 'line', bytes: Buffer.concat(parts), isCutOff }
    line += 1
    parts = []
    lengthBytes = 0
    return finished
  }
  const file = await open(path)
  try {
    // One buffer for the whole file: a stream would allocate buffers faster than they are
    // collected.
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null)
      if (bytesRead === 0) break
      const chunk = buffer.subarray(0, bytesRead)
      let from = 0
      for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
        add(chunk.subarray(from, end))
        yield finish(false)
        from = end + 1
      }
      add(chunk.subarray(from))
    }
  } finally {
    await file.close()
  }
  if (lengthBytes > 0) yield finish(true)
}
