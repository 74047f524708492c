import type { JobKind } from './kind.ts'
import { sweep } from './sweep.ts'

/** How long outcomes are kept for repeated callbacks; far longer than a state is valid. */
const KEEP_MS = 24 * 60 * 60_000

/** Removes the stored outcomes of links that were used long ago. */
export const sweepSpentStatesJob: JobKind = {
  kind: 'sweep_spent_states',
  isRecurring: true,
  run: (deps, held, isStopping) => {
    const { removeOld, oldestClaimMs } = deps.store.spentStates
    return sweep(deps, held, isStopping, {
      remove: (nowMs, limit) => removeOld(nowMs - KEEP_MS, limit),
      nextMs: async () => {
        const oldestMs = await oldestClaimMs()
        return oldestMs === null ? null : oldestMs + KEEP_MS
      },
    })
  },
}
