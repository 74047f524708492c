import { eq, sql } from 'drizzle-orm'
import { type Sealing, UnsealError } from '../secrets/sealing.ts'
import type { Database } from './database/client.ts'
import { metadata } from './schema/internal.ts'
import { StoreError } from './store-error.ts'
import type { Writer } from './writer/writer.ts'
import { toWrite, type Write } from './writer/writes.ts'

export type Metadata = {
  /**
   * Opens the canary, a value that was sealed when the database was created, or creates it. Throws
   * `StoreError` if the secret key is not the one that sealed it.
   */
  proveSecretKey(): Promise<void>
  /**
   * Re-seals the canary with the current key. Call it after everything else is re-sealed: until
   * then a start without the previous key must be refused.
   */
  resealCanary(): Promise<void>
  /** Which command created the data in this database; null if none has yet. */
  purpose(): Promise<'serve' | 'sandbox' | null>
  /**
   * Fails the commit if it is already set: of several processes that start at once, one is first.
   */
  setPurpose(purpose: 'serve' | 'sandbox'): Write
  /** Resolves once a test value was written to disk; rejects if writing fails. */
  proveWritable(): Promise<void>
}

/** `facts` is the name of the table in the database, to which sealed values are bound. */
const CANARY = { table: 'facts', column: 'value', row: 'canary' }

export function createMetadata(database: Database, writer: Writer, sealing: Sealing): Metadata {
  const read = async (name: string): Promise<string | null> =>
    (await database.select().from(metadata).where(eq(metadata.name, name)).get())?.value ?? null
  const write = (name: string, value: string): Write =>
    toWrite(database.insert(metadata).values({ name, value }).onConflictDoNothing())

  return {
    async proveSecretKey() {
      if ((await read('canary')) === null) {
        await writer.commit([write('canary', sealing.seal('alive', CANARY))])
      }
      // Check it even if just created: another process may have been first, with another key.
      const sealed = (await read('canary')) ?? ''
      try {
        sealing.open(sealed, CANARY)
      } catch (error) {
        if (!(error instanceof UnsealError)) throw error
        throw new StoreError(
          'wrong_secret_key',
          'This database was created with a different secret key, so its secrets cannot ' +
            'be decrypted. Set LATCH_SECRET_KEY or LATCH_SECRET_KEY_FILE to the right one, or restore ' +
            'the file "secret.key" in the data directory.',
          { cause: error },
        )
      }
    },
    async resealCanary() {
      const sealed = await read('canary')
      if (sealed === null || sealing.isCurrent(sealed)) return
      const value = sealing.seal(sealing.open(sealed, CANARY), CANARY)
      await writer.commit([
        toWrite(database.update(metadata).set({ value }).where(eq(metadata.name, 'canary'))),
      ])
    },
    async purpose() {
      const purpose = await read('purpose')
      return purpose === 'serve' || purpose === 'sandbox' ? purpose : null
    },
    proveWritable: async () => {
      const value = sql`hex(randomblob(4))`
      const write = database
        .insert(metadata)
        .values({ name: 'probe', value })
        .onConflictDoUpdate({ target: metadata.name, set: { value } })
      await writer.commit([toWrite(write)])
    },
    setPurpose: (purpose) =>
      toWrite(database.insert(metadata).values({ name: 'purpose', value: purpose })),
  }
}
