import type { Deps } from '../../deps.ts'
import { type CommitDeps, commit } from '../commit.ts'
import { accept } from '../decision.ts'
import { APP_ONLY, IDENTITY_ONLY } from './auth.ts'

/** The API key that read a connection's tokens. */
export type TokenReader = { environmentId: string; apiKeyId: string; connectionIdentifier: string }

type Read = TokenReader & { hour: number; count: number; firstMs: number; lastMs: number }

/** Counts token reads in memory, so that no request has to write for them. */
export type TokenReads = {
  note(reader: TokenReader, accessToken: string): void
  /** Removes and returns the counts of past hours; `all`: of the current hour too. */
  take(which: 'over' | 'all'): readonly Read[]
  /** Adds back counts that could not be written. */
  putBack(reads: readonly Read[]): void
}

const HOUR_MS = 60 * 60_000
/** A few MB. Beyond this, reads are recorded before their hour is over. */
const MAX_READS = 20_000

export function createTokenReads(clock: () => number): TokenReads {
  const reads = new Map<string, Read>()
  const keyOf = ({ apiKeyId, connectionIdentifier, hour }: Omit<Read, 'count'>): string =>
    `${hour} ${apiKeyId} ${connectionIdentifier}`
  const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS)

  const add = (read: Read): void => {
    const key = keyOf(read)
    const known = reads.get(key)
    if (known === undefined) reads.set(key, read)
    else {
      known.count += read.count
      known.firstMs = Math.min(known.firstMs, read.firstMs)
      known.lastMs = Math.max(known.lastMs, read.lastMs)
    }
  }

  return {
    note: (reader, accessToken) => {
      // These are placeholders, not tokens.
      if (accessToken === IDENTITY_ONLY || accessToken === APP_ONLY) return
      const nowMs = clock()
      add({ ...reader, hour: hourOf(nowMs), count: 1, firstMs: nowMs, lastMs: nowMs })
    },
    take: (which) => {
      const isAll = which === 'all' || reads.size > MAX_READS
      const hour = hourOf(clock())
      const taken = [...reads.values()].filter((read) => isAll || read.hour < hour)
      for (const read of taken) reads.delete(keyOf(read))
      return taken
    },
    putBack: (taken) => taken.forEach(add),
  }
}

/**
 * Records an event for each key, connection and past hour; `all`: for the current hour too, at
 * shutdown.
 */
export async function recordTokenReads(
  deps: CommitDeps & Pick<Deps, 'tokenReads'>,
  which: 'over' | 'all',
): Promise<void> {
  const byKey = Map.groupBy(deps.tokenReads.take(which), ({ apiKeyId }) => apiKeyId)
  for (const [apiKeyId, reads] of byKey) {
    const events = reads.map(({ environmentId, connectionIdentifier, ...read }) => ({
      type: 'connection.tokens_read' as const,
      environmentId,
      subjectId: connectionIdentifier,
      data: {
        count: read.count,
        from: new Date(read.firstMs).toISOString(),
        until: new Date(read.lastMs).toISOString(),
      },
    }))
    try {
      await commit(deps, { kind: 'api_key', id: apiKeyId }, () => accept(null, { events }))
    } catch (error) {
      deps.tokenReads.putBack(reads)
      throw error
    }
  }
}
