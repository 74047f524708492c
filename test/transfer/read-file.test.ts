import { describe, expect, test } from 'bun:test'
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { MAX_LINE_BYTES, type ReadLine, readRecords } from '../../src/transfer/read-file.ts'
import { tempDir } from '../harness/temp-dir.ts'

const folder = tempDir()

async function read(content: string | Uint8Array): Promise<ReadLine[]> {
  const file = join(folder, 'lines.jsonl')
  writeFileSync(file, content)
  return Array.fromAsync(readRecords(file))
}

const subscriber = (subscriberId: string, profile: object = {}): string =>
  JSON.stringify({ record: 'subscriber', subscriberId, profile })

/** By line: the subscriber's id, or why there is none. */
const summary = (lines: readonly ReadLine[]): unknown[] =>
  lines.map((one) => [
    one.line,
    one.kind === 'refused'
      ? one.why
      : one.record.record === 'subscriber' && one.record.subscriberId,
  ])

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))

describe('a file of records', () => {
  test('may be empty', async () => {
    expect(await read('')).toEqual([])
    expect(await read('\n\r\n \t\n')).toEqual([])
  })

  test('may have a byte order mark, Windows line endings, and no newline at the end', async () => {
    const content = `\uFEFF${subscriber('a')}\r\n\r\n${subscriber('b')}\r\n${subscriber('c')}`
    expect(summary(await read(content))).toEqual([
      [1, 'a'],
      [3, 'b'],
      [4, 'c'],
    ])
  })

  test('may contain any character in a string, including those that other tools treat as line endings', async () => {
    const [one] = await read(`${subscriber('a', { firstName: 'A\u2028B\u2029C\u0085D' })}\n`)
    expect(one).toMatchObject({ record: { profile: { firstName: 'A\u2028B\u2029C\u0085D' } } })
  })

  test('may have lines of any length up to the limit, wherever chunks end', async () => {
    // The file is read a MiB at a time: at its end there is a whole line, none, and all but a byte.
    const lengths = [2 ** 20 - 1, 2 ** 20 - 2, 1, 3_000_000, 1]
    const empty = subscriber('a', { firstName: '' }).length
    const content = lengths.map((length) =>
      subscriber('a', { firstName: 'x'.repeat(Math.max(0, length - empty)) }),
    )
    const lines = await read(`${content.join('\n')}\n`)
    expect(summary(lines)).toEqual(lengths.map((_, index) => [index + 1, 'a']))
    expect(lines.map(({ lengthBytes }) => lengthBytes)).toEqual(content.map(({ length }) => length))
  })

  test('has each line refused that is not JSON, not UTF-8 or too deep, and the others read', async () => {
    const bad = Buffer.concat([
      Buffer.from('{"record":"subscriber","subscriberId":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('","profile":{}}'),
    ])
    const lines: (string | Uint8Array)[] = [
      subscriber('a'),
      'not json',
      bad,
      subscriber('deep', { data: { deep: nested(62) } }),
      subscriber('deeper', { data: { deep: nested(63) } }),
      '['.repeat(1_000_000),
      '[1]',
      '"text"',
      'null',
      '{"record":"pigeon"}',
      '{"record":"toString"}',
      subscriber('z'),
      subscriber('cut').slice(0, -5),
    ]
    const content = Buffer.concat(
      lines.flatMap((line, index) => [Buffer.from(index === 0 ? '' : '\n'), Buffer.from(line)]),
    )
    const kinds =
      'its "record" must be one of the following values: environment, integration, subscriber, ' +
      'context, connection, endpoint'
    expect(summary(await read(content))).toEqual([
      [1, 'a'],
      [2, 'it is not JSON'],
      [3, 'it is not UTF-8'],
      [4, 'deep'],
      [5, 'it is nested deeper than 65 levels'],
      [6, 'it is nested deeper than 65 levels'],
      [7, kinds],
      [8, kinds],
      [9, kinds],
      [10, kinds],
      [11, kinds],
      [12, 'z'],
      [13, 'the file ends in the middle of it'],
    ])
  })

  test('has a line of 300 MB refused without holding it in memory, and the next one read', async () => {
    const file = join(folder, 'long.jsonl')
    const descriptor = openSync(file, 'w')
    writeSync(descriptor, `${subscriber('a')}\n`)
    // A hole: it takes no room on the disk, and is read as 300 MB of zeros.
    ftruncateSync(descriptor, 300_000_000)
    writeSync(descriptor, `\n${subscriber('b')}\n`, 300_000_000)
    closeSync(descriptor)

    const script = join(import.meta.dir, '../harness/read-records.ts')
    const { stdout } = Bun.spawnSync([process.execPath, script, file])
    const { lines, grownBytes } = JSON.parse(stdout.toString()) as {
      lines: ReadLine[]
      grownBytes: number
    }
    expect(summary(lines)).toEqual([
      [1, 'a'],
      [2, `it is longer than ${MAX_LINE_BYTES} bytes`],
      [3, 'b'],
    ])
    expect(grownBytes).toBeLessThan(100_000_000)
  })
})
