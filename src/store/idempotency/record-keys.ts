import { and, eq, gte, lt, notExists, sql } from 'drizzle-orm'
import { type Box, type Place, type Sealing, UnsealError } from '../../secrets/sealing.ts'
import type { Database } from '../database/client.ts'
import { loadGeneratedKey } from '../generated-keys.ts'
import { generatedKeys } from '../schema/events.ts'
import { idempotencyRecords } from '../schema/internal.ts'
import type { Writer } from '../writer/writer.ts'
import { toWrite, type Write } from '../writer/writes.ts'

/**
 * The keys that seal idempotency records. Records are the only values that are sealed with every
 * request, so they have keys of their own: one for the records that expire on one day (UTC), which
 * is deleted after that day, and a new one whenever the secret key is replaced. What is left of a
 * deleted record in a backup or on the disk cannot be opened any more.
 */
export type RecordKeys = {
  /** Loads or creates the key for records that expire then; null if it is in memory already. */
  prepare(expiresAtMs: number): Promise<void> | null
  /** Returns `d1.<day>.<key id>.<salt>.<ciphertext and tag>`. The key must have been prepared. */
  seal(body: string, expiresAtMs: number, place: Place): string
  /** Throws `UnsealError` if the value was altered or moved, or if its key was deleted. */
  open(sealed: string, place: Place): Promise<string>
  /** Deletes the keys of the days before yesterday, once no record of those days is left. */
  removeOld(nowMs: number): Write
}

const VERSION = 'd1'
const PREFIX = 'idempotency/'
const DAY_MS = 24 * 60 * 60_000

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS)

/** Whether a value is sealed with such a key, and not with the secret key. */
export const isSealedByRecordKey = (sealed: string): boolean => sealed.startsWith(`${VERSION}.`)

type NamedBox = { name: string; box: Box }

export function createRecordKeys(
  database: Database,
  writer: Pick<Writer, 'commit'>,
  sealing: Sealing,
): RecordKeys {
  const boxes = new Map<string, Box>()
  const loading = new Map<string, Promise<Box>>()
  /** The one that was prepared last. */
  let latest: NamedBox | null = null
  const nameOf = (expiresAtMs: number): string => `${dayOf(expiresAtMs)}.${sealing.currentKid()}`

  async function load(name: string): Promise<Box> {
    const key = await loadGeneratedKey(database, writer, sealing, PREFIX + name)
    const box = sealing.createBox(key)
    boxes.set(name, box)
    return box
  }

  /** Many requests may wait for the first key of a day: it is read once. */
  function loadOnce(name: string): Promise<Box> {
    const loaded = loading.get(name) ?? load(name).finally(() => loading.delete(name))
    loading.set(name, loaded)
    return loaded
  }

  const exists = async (name: string): Promise<boolean> => {
    const byName = eq(generatedKeys.name, PREFIX + name)
    return (await database.select().from(generatedKeys).where(byName).get()) !== undefined
  }

  return {
    prepare(expiresAtMs) {
      const name = nameOf(expiresAtMs)
      if (boxes.has(name)) return null
      return loadOnce(name).then((box) => {
        latest = { name, box }
      })
    },

    seal(body, expiresAtMs, place) {
      const name = nameOf(expiresAtMs)
      const box = boxes.get(name)
      // Midnight may have passed since `prepare`, or the secret key may have been replaced.
      const used = box === undefined ? latest : { name, box }
      if (used === null) throw new Error('the key of an idempotency record was not prepared')
      return `${VERSION}.${used.name}.${used.box.seal(body, place)}`
    },

    async open(sealed, place) {
      // Versions before sealed records with the secret key.
      if (!isSealedByRecordKey(sealed)) return sealing.open(sealed, place)
      const [, day, kid, ...boxed] = sealed.split('.')
      const name = `${day}.${kid}`
      const known = boxes.get(name)
      if (known === undefined && !(await exists(name))) throw new UnsealError('unknown_key', place)
      const box = known ?? (await loadOnce(name))
      return box.open(boxed.join('.'), place)
    },

    removeOld(nowMs) {
      const firstDay = dayOf(nowMs) - 1
      for (const name of boxes.keys()) {
        if (Number.parseInt(name, 10) < firstDay) boxes.delete(name)
      }
      const isOld = and(gte(generatedKeys.name, PREFIX), lt(generatedKeys.name, PREFIX + firstDay))
      const remaining = database
        .select({ one: sql`1` })
        .from(idempotencyRecords)
        .where(lt(idempotencyRecords.expiresAtMs, firstDay * DAY_MS))
      return toWrite(database.delete(generatedKeys).where(and(isOld, notExists(remaining))))
    },
  }
}
