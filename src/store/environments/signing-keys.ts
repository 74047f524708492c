import { and, desc, eq, sql } from 'drizzle-orm'
import type { Sealing } from '../../secrets/sealing.ts'
import type { Database } from '../database/client.ts'
import type { RowCache } from '../reading/row-cache.ts'
import { signingKeys } from '../schema/core.ts'
import { placesOf } from '../schema/sealed.ts'
import { expectation } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'

/** A key that signs an environment's speaker tokens, without its private half. */
export type SigningKey = Omit<typeof signingKeys.$inferSelect, 'privateSealed'>

export type SigningKeys = {
  /** All keys of an environment, the newest first: from the cache, for signing. */
  known(environmentId: string): readonly SigningKey[] | Promise<readonly SigningKey[]>
  /** The same as they are stored now: what is published must have a key that was just created. */
  list(environmentId: string): Promise<readonly SigningKey[]>
  /** Returns the private key; null if the key no longer exists. */
  openPrivate(id: string): Promise<string | null>
  insert(key: SigningKey, privateKey: string): Write
  /** Fails the commit if the environment has a key. */
  expectNone(environmentId: string): Write
  delete(environmentId: string, id: string): Write
}

const placeOf = placesOf(signingKeys.privateSealed)

export function createSigningKeys(
  database: Database,
  sealing: Sealing,
  cacheRead: RowCache,
): SigningKeys {
  const { id, environmentId, publicKey, createdAtMs, signsFromMs } = signingKeys
  const inEnvironment = (environment: string) => eq(environmentId, environment)
  const list = (environment: string): Promise<readonly SigningKey[]> =>
    database
      .select({ id, environmentId, publicKey, createdAtMs, signsFromMs })
      .from(signingKeys)
      .where(inEnvironment(environment))
      .orderBy(desc(signsFromMs), desc(id))
  const cached = cacheRead(['signing_keys', 'environments'], (environment = '') =>
    list(environment),
  )
  return {
    known: (environment) => {
      const found = cached(environment)
      return found instanceof Promise ? found.then((keys) => keys ?? []) : (found ?? [])
    },
    list,
    openPrivate: async (key) => {
      const found = await database.select().from(signingKeys).where(eq(id, key)).get()
      return found === undefined ? null : sealing.open(found.privateSealed, placeOf(key))
    },
    insert: (key, privateKey) => {
      const privateSealed = sealing.seal(privateKey, placeOf(key.id))
      return toWrite(database.insert(signingKeys).values({ ...key, privateSealed }))
    },
    expectNone: (environment) => {
      const keys = database.select().from(signingKeys).where(inEnvironment(environment))
      return expectation(database, sql`not exists ${keys}`, [signingKeys])
    },
    delete: (environment, key) =>
      toWrite(database.delete(signingKeys).where(and(inEnvironment(environment), eq(id, key)))),
  }
}
