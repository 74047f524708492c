import { LRUCache } from 'lru-cache'
import type { Writer } from '../writer/writer.ts'

/**
 * Reads a row by its key, from the cache unless its tables were written to since. A cached row is
 * returned without a promise, which saves a link five of them.
 */
export type CachedRead<Row> = (...key: string[]) => Row | null | Promise<Row | null>

/** Rows are small: about 10 MB for all kinds of them together when the cache is full. */
const MAX_ROWS = 10_000

/** How long a cached value may be used without reading it again: `ttl` in milliseconds. */
export type CacheLifetime = { ttl: number } | Record<string, never>

/**
 * For a database shared with other processes: a key revoked elsewhere stays valid for this long.
 */
export const SHARED_DATABASE_LIFETIME: CacheLifetime = { ttl: 1000 }

/** For a database that only this process writes to: valid until something is written. */
export const OWNED_DATABASE_LIFETIME: CacheLifetime = {}

/**
 * Caches reads that are repeated for every link: the key, the integration, the subscriber. A libSQL
 * read takes 50 to 90 µs and blocks the event loop; a cached one takes a fiftieth of that. If one
 * process owns the database, the cache is always correct, as every write goes through one writer;
 * otherwise a value may be stale for up to a second.
 */
export function createRowCache(
  writer: Pick<Writer, 'watch'>,
  lifetime: CacheLifetime,
): <Row extends object>(
  tables: readonly string[],
  read: (...key: string[]) => Row | null | Promise<Row | null>,
  maxRows?: number,
) => CachedRead<Row> {
  return <Row extends object>(
    tables: readonly string[],
    read: (...key: string[]) => Row | null | Promise<Row | null>,
    maxRows: number = MAX_ROWS,
  ): CachedRead<Row> => {
    const rows = new LRUCache<string, { row: Row | null; version: number }>({
      max: maxRows,
      ...lifetime,
    })
    const versionNow = writer.watch(tables)
    const underWay = new Map<
      string,
      { version: number; startedMs: number; reading: Promise<Row | null> }
    >()
    const readAnew = (
      name: string,
      version: number,
      key: string[],
    ): Row | null | Promise<Row | null> => {
      const reading = read(...key)
      if (!(reading instanceof Promise)) {
        rows.set(name, { row: reading, version })
        return reading
      }
      const startedMs = performance.now()
      underWay.set(name, { version, startedMs, reading })
      const forget = (): void => {
        if (underWay.get(name)?.reading === reading) underWay.delete(name)
      }
      reading.then((row) => {
        // A slow server may have read it long before it answers.
        rows.set(name, { row, version }, { start: startedMs })
        forget()
      }, forget)
      return reading
    }
    return (...key) => {
      const name = key.join('\0')
      // Take the version before the read: anything written while it runs invalidates its result.
      const version = versionNow()
      const known = rows.get(name)
      if (known?.version === version) return known.row
      // A thousand concurrent requests with the same key must share one lookup.
      const other = underWay.get(name)
      const isRecent =
        other?.version === version &&
        performance.now() - other.startedMs < (lifetime.ttl ?? Infinity)
      return isRecent ? other.reading : readAnew(name, version, key)
    }
  }
}

export type RowCache = ReturnType<typeof createRowCache>
