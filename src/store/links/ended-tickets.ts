import { eq, inArray, lte, min, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { endedTickets } from '../schema/internal.ts'
import type { Writer } from '../writer/writer.ts'
import { toWrite, type Write } from '../writer/writes.ts'

export type EndedTicket = typeof endedTickets.$inferSelect

/** The openings of links that were ended before their time, each by the digest of its browser. */
export type EndedTickets = {
  isEnded(browser: string): Promise<boolean>
  /** Ending twice does no harm. */
  end(ticket: EndedTicket): Write
  /** Removes at most `limit` that ended up to `untilMs`, and returns how many. */
  removeOld(untilMs: number, limit: number): Promise<number>
  /** When the oldest ended; null if there is none. */
  oldestEndMs(): Promise<number | null>
}

export function createEndedTickets(database: Database, writer: Writer): EndedTickets {
  const byBrowser = database
    .select({ browser: endedTickets.browser })
    .from(endedTickets)
    .where(eq(endedTickets.browser, sql.placeholder('browser')))
    .prepare()

  return {
    isEnded: async (browser) => (await byBrowser.get({ browser })) !== undefined,

    end: (ticket) => toWrite(database.insert(endedTickets).values(ticket).onConflictDoNothing()),

    removeOld: async (untilMs, limit) => {
      const old = database
        .select({ browser: endedTickets.browser })
        .from(endedTickets)
        .where(lte(endedTickets.endedAtMs, untilMs))
        .limit(limit)
      const [removed] = await writer.commit([
        toWrite(database.delete(endedTickets).where(inArray(endedTickets.browser, old))),
      ])
      return removed?.rowsAffected ?? 0
    },

    oldestEndMs: async () => {
      const oldest = min(endedTickets.endedAtMs)
      return (await database.select({ oldest }).from(endedTickets).get())?.oldest ?? null
    },
  }
}
