import { type Background, repeat } from '../../background.ts'
import type { Deps } from '../../deps.ts'
import { refreshTokens } from './refresh.ts'

const PAUSE_MS = 5000
const AT_ONCE = 10

/** Refreshes tokens before they expire, so that whoever reads one can use it (N11, S13). */
export function startKeepingTokensFresh(deps: Deps): Background {
  const { store, clock, log } = deps
  return repeat(
    PAUSE_MS,
    async (isStopping) => {
      const due = await store.connectionTokens.due(clock(), AT_ONCE)
      for (const connectionId of due) {
        if (isStopping()) break
        const { kind } = await refreshTokens(deps, connectionId)
        if (kind === 'refused' || kind === 'unavailable' || kind === 'not_consented') {
          log.warn({ connectionId, outcome: kind }, 'tokens were not refreshed')
        }
      }
      return due.length === AT_ONCE ? 'more' : 'done'
    },
    (error) => {
      log.warn({ error: error instanceof Error ? error : null }, 'tokens were not refreshed')
    },
  )
}
