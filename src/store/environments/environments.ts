import { eq } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { environments } from '../schema/core.ts'
import { toWrite, type Write } from '../writer/writes.ts'

/**
 * A tenant of latch: everything else belongs to exactly one environment, and no query crosses them.
 */
export type Environment = typeof environments.$inferSelect

export type Environments = {
  findById(id: string): Promise<Environment | null>
  first(): Promise<Environment | null>
  /** Oldest first. */
  list(): Promise<Environment[]>
  insert(environment: Environment): Write
}

export function createEnvironments(database: Database): Environments {
  return {
    findById: async (id) =>
      (await database.select().from(environments).where(eq(environments.id, id)).get()) ?? null,
    first: async () =>
      (await database.select().from(environments).orderBy(environments.createdAtMs).get()) ?? null,
    list: async () =>
      database.select().from(environments).orderBy(environments.createdAtMs, environments.id),
    insert: (environment) => toWrite(database.insert(environments).values(environment)),
  }
}
