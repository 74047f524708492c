import { and, desc, eq, sql } from 'drizzle-orm'
import { type Sealing, UnsealError } from '../../secrets/sealing.ts'
import type { Database } from '../database/client.ts'
import type { Memory } from '../reading/memory.ts'
import { integrations } from '../schema/core.ts'
import { placesOf } from '../schema/sealed.ts'
import { expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'

type Row = typeof integrations.$inferSelect

/** An app at a provider: its client id and secret, and how latch uses it. */
export type Credentials = Readonly<Record<string, string | boolean>>
export type Integration = Omit<Row, 'credentialsSealed'> & { credentials: Credentials }
/** One of many, whose credentials are null where they cannot be opened: the others are shown still. */
export type ListedIntegration = Omit<Integration, 'credentials'> & {
  credentials: Credentials | null
}

export type Integrations = {
  findByIdentifier(
    environmentId: string,
    identifier: string,
  ): Integration | null | Promise<Integration | null>
  findById(environmentId: string, id: string): Integration | null | Promise<Integration | null>
  /** Fails the commit where the integration is gone by then. */
  expectPresent(id: string): Write
  insert(integration: Integration): Write
  /** All of an environment, the newest first. */
  list(environmentId: string): Promise<ListedIntegration[]>
  /** Changes what is named and leaves the rest, which somebody else may be changing. */
  update(
    id: string,
    changes: Partial<Pick<Integration, 'name' | 'identifier' | 'active' | 'credentials'>>,
    nowMs: number,
  ): Write
  /** Fails the commit where the integration was changed since it was read, or is gone. */
  expectUnchanged(read: Pick<Integration, 'id' | 'updatedAtMs'>): Write
  /** Takes its connections and endpoints along. */
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
  remember: Memory,
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
    findByIdentifier: remember(['integrations'], async (environmentId, value) =>
      unsealIfAny(await byIdentifier.get({ environmentId, value })),
    ),
    findById: remember(['integrations'], async (environmentId, value) =>
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
            // So that it is another after each change, however quickly they follow each other.
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
