import { commit } from '../domain/commit.ts'
import { accept } from '../domain/decision.ts'
import { endJobAlone, jobActor, LEASE_MS } from '../domain/job.ts'
import type { JobKind } from './kind.ts'

const EVERY_MS = 60_000

/**
 * Signs the events since the last checkpoint, so that a row that is later removed, added or moved
 * is detected. Until then an event is protected only by its own digest.
 */
export const checkpointEventsJob: JobKind = {
  kind: 'checkpoint_events',
  isRecurring: true,
  run: async (deps, held, isStopping) => {
    const { store, clock } = deps
    const untilMs = clock() + LEASE_MS / 2
    // Checkpoints cover events only once they are indexed.
    await store.events.index()
    let covered: number
    do {
      const written = await commit(deps, jobActor(held), async () => {
        const next = await store.events.checkpoints.next(clock())
        if (next === null) return accept(0)
        const { covers, expects, writes } = next
        return accept(covers, { expects, writes })
      })
      covered = written.value
    } while (covered > 0 && clock() < untilMs && !isStopping())
    const dueAtMs = covered > 0 ? clock() : clock() + EVERY_MS
    await endJobAlone(deps, held, { kind: 'again', dueAtMs, problem: null })
  },
}
