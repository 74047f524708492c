import { LRUCache } from 'lru-cache'
import type { Writer } from '../writer/writer.ts'

/**
 * Reads a row by its key, from memory where nothing was written to its tables since; then without a
 * promise, of which a link would need five.
 */
export type Remembered<Row> = (...key: string[]) => Row | null | Promise<Row | null>

/** Rows are small: about 10 MB, all kinds of them together, where every one is taken. */
const MOST_ROWS = 10_000

/** How long what was read may be taken for true without another look: `ttl` in milliseconds. */
export type Freshness = { ttl: number } | Record<string, never>

/** Where others write as well: a key that is revoked elsewhere is good for so long still. */
export const FRESH_WHERE_SHARED: Freshness = { ttl: 1000 }

/** Where nobody else writes, for as long as nothing is written. */
export const FRESH_WHERE_OWNED: Freshness = {}

/**
 * A read that is asked again and again: by each link, the key, the integration, the subscriber. A
 * libSQL read takes 50 to 90 µs and blocks the event loop, one from memory a fiftieth of that. True
 * where one process owns the database, as all that it writes goes through one writer; else for a second.
 */
export function createMemory(
  writer: Pick<Writer, 'watch'>,
  freshness: Freshness,
): <Row extends object>(
  tables: readonly string[],
  read: (...key: string[]) => Promise<Row | null>,
) => Remembered<Row> {
  return <Row extends object>(
    tables: readonly string[],
    read: (...key: string[]) => Promise<Row | null>,
  ): Remembered<Row> => {
    const rows = new LRUCache<string, { row: Row | null; version: number }>({
      max: MOST_ROWS,
      ...freshness,
    })
    const versionNow = writer.watch(tables)
    const underWay = new Map<string, { version: number; reading: Promise<Row | null> }>()
    const readAnew = (name: string, version: number, key: string[]): Promise<Row | null> => {
      const reading = read(...key)
      underWay.set(name, { version, reading })
      const forget = (): void => {
        if (underWay.get(name)?.reading === reading) underWay.delete(name)
      }
      reading.then((row) => {
        rows.set(name, { row, version })
        forget()
      }, forget)
      return reading
    }
    return (...key) => {
      const name = key.join('\0')
      // Before the read: what is written while it runs makes what it found worth nothing.
      const version = versionNow()
      const known = rows.get(name)
      if (known?.version === version) return known.row
      // A thousand requests with a key that is looked up now must not be a thousand look-ups.
      const other = underWay.get(name)
      return other?.version === version ? other.reading : readAnew(name, version, key)
    }
  }
}

export type Memory = ReturnType<typeof createMemory>
