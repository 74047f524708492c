import { open } from 'node:fs/promises'

/** A line without its end, or the fact that it is too long to be held in memory. */
export type Line = { line: number } & (
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
 * They end with a line feed alone, as in https://jsonlines.org: a text in JSON may contain U+2028 and
 * U+2029, which Node's `readline` takes for ends of a line too.
 */
export async function* readLines(path: string, maxBytes: number): AsyncGenerator<Line> {
  let parts: Uint8Array[] = []
  let lengthBytes = 0
  let line = 1
  const add = (part: Uint8Array): void => {
    lengthBytes += part.length
    if (lengthBytes > maxBytes) parts = []
    else if (part.length > 0) parts.push(Uint8Array.from(part))
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
    // One buffer for the whole file: those of a stream would be collected later than they are made.
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
