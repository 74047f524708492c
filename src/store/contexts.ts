import type { Database } from './client.ts'
import { contexts } from './schema.ts'
import { toWrite, type Write } from './writer.ts'

/** A record of the company's own (a tenant, a region) that links and connections can belong to. */
export type Context = typeof contexts.$inferSelect

export type Contexts = {
  /** Inserts, or leaves the stored context as it is. */
  insertIfMissing(context: Context): Write
  /** Inserts, or overwrites the stored `data`. */
  upsert(context: Context): Write
}

export function createContexts(database: Database): Contexts {
  const insert = (context: Context) => database.insert(contexts).values(context)
  return {
    insertIfMissing: (context) => toWrite(insert(context).onConflictDoNothing()),
    upsert: (context) =>
      toWrite(
        insert(context).onConflictDoUpdate({
          target: [contexts.environmentId, contexts.key],
          set: { data: context.data, updatedAtMs: context.updatedAtMs },
        }),
      ),
  }
}
