import { refreshTokens } from '../domain/connections/refresh.ts'
import { REFRESH_TOKENS } from '../store/jobs/pending.ts'
import type { JobKind } from './kind.ts'

/**
 * Refreshes a connection's tokens before they expire, so that a token that is read is always
 * usable.
 */
export const refreshTokensJob: JobKind = {
  kind: REFRESH_TOKENS,
  run: async (deps, held) => {
    const outcome = await refreshTokens(deps, held, 'due')
    if (outcome.kind === 'refused' || outcome.kind === 'unavailable') {
      const fields = { connectionId: held.subject, outcome: outcome.kind }
      deps.log.warn(fields, 'tokens were not refreshed')
    }
  },
}
