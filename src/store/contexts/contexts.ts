import { and, eq, or, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import type { Counts } from '../reading/counts.ts'
import {
  type Page,
  type PageSource,
  type Paging,
  readPage,
  whereIs,
} from '../reading/pagination.ts'
import { contexts } from '../schema/core.ts'
import { expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'

/**
 * A record defined by the company (a tenant, a region) that links and connections can belong to.
 */
export type Context = typeof contexts.$inferSelect

export type ContextFilter = {
  environmentId: string
  contextId?: string | undefined
  /** A substring of the type or the id. */
  search?: string | undefined
}

export type Contexts = {
  find(environmentId: string, key: string): Promise<Context | null>
  page(filter: ContextFilter, paging: Paging): Promise<Page<Context>>
  insert(context: Context): Write
  /** Inserts the context; a stored one is left unchanged. */
  insertIfMissing(context: Context): Write
  /** Inserts the context, or overwrites the stored `data`. */
  upsert(context: Context): Write
  delete(id: string): Write
  /** Fails the commit if the context no longer exists. */
  expectPresent(id: string): Write
}

const contextsWhere = ({ environmentId, contextId, search }: ContextFilter): SQL | undefined =>
  and(
    eq(contexts.environmentId, environmentId),
    whereIs(contexts.contextId, contextId),
    search === undefined
      ? undefined
      : or(
          sql`instr(lower(${contexts.type}), lower(${search})) > 0`,
          sql`instr(lower(${contexts.contextId}), lower(${search})) > 0`,
        ),
  )

const source = (database: Database, counts: Counts): PageSource<Context> => ({
  columns: contexts,
  select: (where, order, limit) =>
    database
      .select()
      .from(contexts)
      .where(where)
      .orderBy(...order)
      .limit(limit),
  count: (where, limit) => counts(contexts, where, limit),
})

export function createContexts(database: Database, counts: Counts): Contexts {
  const insert = (context: Context) => database.insert(contexts).values(context)
  return {
    find: async (environmentId, key) =>
      (await database
        .select()
        .from(contexts)
        .where(and(eq(contexts.environmentId, environmentId), eq(contexts.key, key)))
        .get()) ?? null,
    page: (filter, paging) => readPage(source(database, counts), contextsWhere(filter), paging),
    insert: (context) => toWrite(insert(context)),
    insertIfMissing: (context) => toWrite(insert(context).onConflictDoNothing()),
    upsert: (context) =>
      toWrite(
        insert(context).onConflictDoUpdate({
          target: [contexts.environmentId, contexts.key],
          set: { data: context.data, updatedAtMs: context.updatedAtMs },
        }),
      ),
    delete: (id) => toWrite(database.delete(contexts).where(eq(contexts.id, id))),
    expectPresent: (id) => expectRow(database, contexts, eq(contexts.id, id)),
  }
}
