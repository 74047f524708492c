import { and, desc, eq, sql } from 'drizzle-orm'
import { type Sealing, UnsealError } from '../../secrets/sealing.ts'
import type { Database } from '../database/client.ts'
import type { RowCache } from '../reading/row-cache.ts'
import { integrations } from '../schema/core.ts'
import { placesOf } from '../schema/sealed.ts'
import { expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'

type Row = typeof integrations.$inferSelect

/** The credentials of a provider app: client id, client secret and settings. */
export type Credentials = Readonly<Record<string, string | boolean>>
export type Integration = Omit<Row, 'credentialsSealed'> & { credentials: Credentials }
/**
 * An integration in a list. Its credentials are null if they cannot be decrypted, so that the other
 * integrations can still be shown.
 */
export type ListedIntegration = Omit<Integration, 'credentials'> & {
  credentials: Credentials | null
}

export type Integrations = {
  findByIdentifier(
    environmentId: string,
    identifier: string,
  ): Integration | null | Promise<Integration | null>
  findById(environmentId: string, id: string): Integration | null | Promise<Integration | null>
  /** Fails the commit if the integration no longer exists. */
  expectPresent(id: string): Write
  insert(integration: Integration): Write
  /** All integrations of an environment, newest first. */
  list(environmentId: string): Promise<ListedIntegration[]>
  /** Updates the given fields only; another request may be changing the others. */
  update(
    id: string,
    changes: Partial<Pick<Integration, 'name' | 'identifier' | 'active' | 'credentials'>>,
    nowMs: number,
  ): Write
  /** Fails the commit if the integration was changed since it was read, or no longer exists. */
  expectUnchanged(read: Pick<Integration, 'id' | 'updatedAtMs'>): Write
  /** Deletes its connections and endpoints too. */
  delete(environmentId: string, id: string): Write
}

const placeOf = placesOf(integrations.credentialsSealed)

function parseCredentials(json: string): Credentials {
  const value: unknown = JSON.parse(json)
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string | boolean] =>
        typeof entry[1] === 'string' || typeof entry[1] === 'boolean',
    ),
  )
}

export function createIntegrations(
  database: Database,
  sealing: Sealing,
  cacheRead: RowCache,
): Integrations {
  const where = (column: typeof integrations.identifier | typeof integrations.id) =>
    database
      .select()
      .from(integrations)
      .where(
        and(
          eq(integrations.environmentId, sql.placeholder('environmentId')),
          eq(column, sql.placeholder('value')),
        ),
      )
      .prepare()
  const byIdentifier = where(integrations.identifier)
  const byId = where(integrations.id)

  const unseal = ({ credentialsSealed, ...row }: Row): Integration => ({
    ...row,
    credentials: parseCredentials(sealing.open(credentialsSealed, placeOf(row.id))),
  })
  const unsealIfPossible = (row: Row): ListedIntegration => {
    try {
      return unseal(row)
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error
      const { credentialsSealed: _, ...rest } = row
      return { ...rest, credentials: null }
    }
  }
  const unsealIfAny = (row: Row | undefined): Integration | null =>
    row === undefined ? null : unseal(row)

  const sealed = (id: string, credentials: Credentials): string =>
    sealing.seal(JSON.stringify(credentials), placeOf(id))
  const seal = ({ credentials, ...row }: Integration): Row => ({
    ...row,
    credentialsSealed: sealed(row.id, credentials),
  })

  return {
    findByIdentifier: cacheRead(['integrations'], async (environmentId, value) =>
      unsealIfAny(await byIdentifier.get({ environmentId, value })),
    ),
    findById: cacheRead(['integrations'], async (environmentId, value) =>
      unsealIfAny(await byId.get({ environmentId, value })),
    ),
    expectPresent: (id) => expectRow(database, integrations, eq(integrations.id, id)),
    insert: (integration) => toWrite(database.insert(integrations).values(seal(integration))),
    list: async (environmentId) => {
      const rows = await database
        .select()
        .from(integrations)
        .where(eq(integrations.environmentId, environmentId))
        .orderBy(desc(integrations.createdAtMs), desc(integrations.id))
      return rows.map(unsealIfPossible)
    },
    update: (id, { credentials, ...changes }, updatedAtMs) =>
      toWrite(
        database
          .update(integrations)
          .set({
            ...changes,
            // Always increases, however quickly changes follow one another.
            updatedAtMs: sql`max(${updatedAtMs}, ${integrations.updatedAtMs} + 1)`,
            ...(credentials !== undefined && { credentialsSealed: sealed(id, credentials) }),
          })
          .where(eq(integrations.id, id)),
      ),
    expectUnchanged: ({ id, updatedAtMs }) =>
      expectRow(
        database,
        integrations,
        and(eq(integrations.id, id), eq(integrations.updatedAtMs, updatedAtMs)),
      ),
    delete: (environmentId, id) =>
      toWrite(
        database
          .delete(integrations)
          .where(and(eq(integrations.environmentId, environmentId), eq(integrations.id, id))),
      ),
  }
}
