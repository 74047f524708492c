import type { JobKind } from './kind.ts'
import { sweep } from './sweep.ts'

/** How long outcomes are kept for repeated callbacks; far longer than a state is valid. */
const KEEP_MS = 24 * 60 * 60_000

/** Removes what is stored of links that were used long ago, and of attempts with their outcomes. */
export const sweepSpentStatesJob: JobKind = {
  kind: 'sweep_spent_states',
  isRecurring: true,
  run: (deps, held, isStopping) => {
    const { linkAttempts, spentStates, endedTickets } = deps.store
    return sweep(deps, held, isStopping, {
      remove: async (nowMs, limit) => {
        let removed = 0
        for (const table of [linkAttempts, spentStates, endedTickets]) {
          removed += await table.removeOld(nowMs - KEEP_MS, limit - removed)
        }
        return removed
      },
      nextMs: async () => {
        const oldest = await Promise.all([
          linkAttempts.oldestClaimMs(),
          spentStates.oldestClaimMs(),
          endedTickets.oldestEndMs(),
        ])
        const oldestMs = Math.min(...oldest.filter((ms) => ms !== null))
        return Number.isFinite(oldestMs) ? oldestMs + KEEP_MS : null
      },
    })
  },
}
