import { and, eq } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { channelEndpoints } from '../schema/channels.ts'
import { expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'

/** A linked user whom the app cannot reach yet. */
export type UnreachedEndpoint = Pick<
  typeof channelEndpoints.$inferSelect,
  'id' | 'environmentId' | 'integrationId' | 'endpoint' | 'updatedAtMs'
>

export type EndpointReach = {
  /** Returns null if the endpoint no longer exists or its user can be reached. */
  read(id: string): Promise<UnreachedEndpoint | null>
  /** Fails the commit if the endpoint has changed since it was read. */
  expectUnchanged(endpoint: UnreachedEndpoint): Write
  /** Stores why the user cannot be reached; null once they can. */
  setProblem(id: string, problem: string | null): Write
}

export function createEndpointReach(database: Database): EndpointReach {
  const { id, environmentId, integrationId, endpoint, updatedAtMs, reachProblem } = channelEndpoints
  return {
    read: async (endpointId) => {
      const found = await database
        .select({ id, environmentId, integrationId, endpoint, updatedAtMs, reachProblem })
        .from(channelEndpoints)
        .where(eq(id, endpointId))
        .get()
      if (found === undefined || found.reachProblem === null) return null
      const { reachProblem: _, ...unreached } = found
      return unreached
    },

    expectUnchanged: (unreached) =>
      expectRow(
        database,
        channelEndpoints,
        and(eq(id, unreached.id), eq(updatedAtMs, unreached.updatedAtMs)),
      ),

    setProblem: (endpointId, problem) =>
      toWrite(
        database.update(channelEndpoints).set({ reachProblem: problem }).where(eq(id, endpointId)),
      ),
  }
}
