import type { JobKind } from './kind.ts'
import { sweep } from './sweep.ts'

/** How long outcomes are kept for repeated callbacks; far longer than a state is valid. */
const KEEP_MS = 24 * 60 * 60_000

/** Removes what is stored of links that were used long ago, and of attempts with their outcomes. */
export const sweepSpentStatesJob: JobKind = {
  kind: 'sweep_spent_states',
  isRecurring: true,
  run: (deps, held, isStopping) => {
    const { linkAttempts, spentStates } = deps.store
    return sweep(deps, held, isStopping, {
      remove: async (nowMs, limit) => {
        const removed = await linkAttempts.removeOld(nowMs - KEEP_MS, limit)
        return removed + (await spentStates.removeOld(nowMs - KEEP_MS, limit - removed))
      },
      nextMs: async () => {
        const oldest = await Promise.all([
          linkAttempts.oldestClaimMs(),
          spentStates.oldestClaimMs(),
        ])
        const oldestMs = Math.min(...oldest.filter((ms) => ms !== null))
        return Number.isFinite(oldestMs) ? oldestMs + KEEP_MS : null
      },
    })
  },
}
