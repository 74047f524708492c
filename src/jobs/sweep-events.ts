import { commit } from '../domain/commit.ts'
import { accept } from '../domain/decision.ts'
import { endJobAlone, jobActor, LEASE_MS } from '../domain/job.ts'
import type { JobKind } from './kind.ts'

const DAY_MS = 24 * 60 * 60_000
const PAUSE_MS = 5 * 60_000

/**
 * Removes events older than the retention period, a few hundred at a time, together with the
 * checkpoints that cover them. The last of these checkpoints is kept and signed as the beginning of
 * the remaining chain.
 */
export const sweepEventsJob: JobKind = {
  kind: 'sweep_events',
  isRecurring: true,
  run: async (deps, held, isStopping) => {
    const { store, clock, config } = deps
    const untilMs = clock() + LEASE_MS / 2
    let isMore: boolean
    do {
      const removed = await commit(deps, jobActor(held), async () => {
        const beforeMs = clock() - config.eventsRetentionDays * DAY_MS
        const old = await store.events.checkpoints.oldest(beforeMs)
        return accept(old !== null, { writes: old?.writes ?? [] })
      })
      isMore = removed.value
    } while (isMore && clock() < untilMs && !isStopping())
    const dueAtMs = isMore ? clock() : clock() + PAUSE_MS
    await endJobAlone(deps, held, { kind: 'again', dueAtMs, problem: null })
  },
}
