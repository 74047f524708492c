import { and, asc, eq, lte } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { channelEndpoints } from '../schema/channels.ts'
import type { Writer } from '../writer/writer.ts'
import { toWrite, type Write } from '../writer/writes.ts'

/** A linked user whom the app cannot reach yet. */
export type UnreachedEndpoint = Pick<
  typeof channelEndpoints.$inferSelect,
  'id' | 'environmentId' | 'integrationId' | 'endpoint' | 'reachAttempts'
> & { nextAttemptAtMs: number }

export type EndpointReach = {
  due(nowMs: number, limit: number): Promise<UnreachedEndpoint[]>
  /** True for one caller, over all processes: nobody else tries this endpoint before `untilMs`. */
  lease(endpoint: UnreachedEndpoint, untilMs: number): Promise<boolean>
  /** The write of how an attempt ended; `nextAttemptAtMs` null: the user can be reached. */
  settle(id: string, problem: string | null, nextAttemptAtMs: number | null): Write
}

export function createEndpointReach(database: Database, writer: Writer): EndpointReach {
  const { id, environmentId, integrationId, endpoint, reachAttempts } = channelEndpoints
  const nextAttemptAtMs = channelEndpoints.reachNextAttemptAtMs
  return {
    due: async (nowMs, limit) => {
      const rows = await database
        .select({ id, environmentId, integrationId, endpoint, reachAttempts, nextAttemptAtMs })
        .from(channelEndpoints)
        .where(lte(nextAttemptAtMs, nowMs))
        .orderBy(asc(nextAttemptAtMs))
        .limit(limit)
      return rows.flatMap(({ nextAttemptAtMs: at, ...row }) =>
        at === null ? [] : [{ ...row, nextAttemptAtMs: at }],
      )
    },

    lease: async (unreached, untilMs) => {
      const [leased] = await writer.commit([
        toWrite(
          database
            .update(channelEndpoints)
            .set({
              reachNextAttemptAtMs: untilMs,
              reachAttempts: unreached.reachAttempts + 1,
            })
            .where(and(eq(id, unreached.id), eq(nextAttemptAtMs, unreached.nextAttemptAtMs))),
        ),
      ])
      return leased?.rowsAffected === 1
    },

    settle: (endpointId, reachProblem, reachNextAttemptAtMs) =>
      toWrite(
        database
          .update(channelEndpoints)
          .set({ reachProblem, reachNextAttemptAtMs })
          .where(eq(id, endpointId)),
      ),
  }
}
