import { and, eq } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { channelEndpoints } from '../schema/channels.ts'
import { expectRow } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import type { EndpointRow } from './endpoints.ts'

/** A linked user in whose chat the bot is not installed yet. */
export type EndpointWithoutBot = EndpointRow

export type BotInstallations = {
  /** Returns null if the endpoint no longer exists or has no problem. */
  read(id: string): Promise<EndpointWithoutBot | null>
  /** Fails the commit if the endpoint has changed since it was read. */
  expectUnchanged(endpoint: EndpointWithoutBot): Write
  /** Stores why the bot is not installed; null once it is. */
  setProblem(id: string, problem: string | null): Write
}

export function createBotInstallations(database: Database): BotInstallations {
  const { id, updatedAtMs } = channelEndpoints
  return {
    read: async (endpointId) => {
      const found = await database.select().from(channelEndpoints).where(eq(id, endpointId)).get()
      if (found === undefined || found.botProblem === null) return null
      const { botProblem: _, ...withoutBot } = found
      return withoutBot
    },

    expectUnchanged: (read) =>
      expectRow(
        database,
        channelEndpoints,
        and(eq(id, read.id), eq(updatedAtMs, read.updatedAtMs)),
      ),

    setProblem: (endpointId, problem) =>
      toWrite(
        database.update(channelEndpoints).set({ botProblem: problem }).where(eq(id, endpointId)),
      ),
  }
}
