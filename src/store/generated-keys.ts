import { eq } from 'drizzle-orm'
import type { Sealing } from '../secrets/sealing.ts'
import type { Database } from './database/client.ts'
import { generatedKeys } from './schema/events.ts'
import { placesOf } from './schema/sealed.ts'
import type { Writer } from './writer/writer.ts'
import { toWrite } from './writer/writes.ts'

/**
 * Loads a key that latch generated and keeps sealed in the database; it is created on first use.
 * Unlike keys derived from the secret key, it stays the same when the secret key is replaced.
 */
export async function loadGeneratedKey(
  database: Database,
  writer: Pick<Writer, 'commit'>,
  sealing: Sealing,
  name: string,
): Promise<Uint8Array> {
  const place = placesOf(generatedKeys.keySealed)(name)
  const read = async (): Promise<string | null> =>
    (await database.select().from(generatedKeys).where(eq(generatedKeys.name, name)).get())
      ?.keySealed ?? null
  let sealed = await read()
  if (sealed === null) {
    const keySealed = sealing.seal(sealing.createKey(), place)
    const insert = database.insert(generatedKeys).values({ name, keySealed }).onConflictDoNothing()
    await writer.commit([toWrite(insert)])
    // Another process may have created it first, and both must use the same key.
    sealed = (await read()) ?? keySealed
  }
  return Uint8Array.fromBase64(sealing.open(sealed, place), { alphabet: 'base64url' })
}
