import { describe, expect, test } from 'bun:test'
import type { Deps } from '../../src/deps.ts'
import { commit } from '../../src/domain/commit.ts'
import { accept } from '../../src/domain/decision.ts'
import { holdJob } from '../../src/domain/job.ts'
import { checkpointEventsJob } from '../../src/jobs/checkpoint-events.ts'
import type { JobKind } from '../../src/jobs/kind.ts'
import { sweepEventsJob } from '../../src/jobs/sweep-events.ts'
import { startTwoProcesses } from './two-processes.ts'

const DAY_MS = 24 * 60 * 60_000

/** Works on a job as the runner does, and answers when it is due again. */
async function work(deps: Deps, { kind, run }: JobKind): Promise<number | null> {
  const held = await holdJob(deps, { kind, subject: '' })
  if (held === null) return null
  await run(deps, held, () => false)
  const job = await deps.store.jobs.find({ kind, subject: '' })
  return job === null ? null : job.dueAtMs - deps.clock()
}

const tell = (deps: Deps, count: number) =>
  commit(deps, { kind: 'command', id: 'test' }, () =>
    accept(null, {
      events: Array.from({ length: count }, (_, index) => ({
        type: 'environment.created' as const,
        environmentId: 'e',
        subjectId: String(index),
        data: { name: 'x' },
      })),
    }),
  )

describe('the jobs of events', () => {
  test('sign all events, and run again after a minute', async () => {
    const both = await startTwoProcesses()
    const deps = both.one
    await tell(deps, 250)
    const before = await deps.store.events.verify()
    const dueInMs = await work(deps, checkpointEventsJob)
    expect(dueInMs).toBeGreaterThan(50_000)
    expect(dueInMs).toBeLessThanOrEqual(60_000)
    const { events, checkpoints, problems } = await deps.store.events.verify()
    expect({ events, problems }).toEqual({ events: before.events, problems: [] })
    expect(checkpoints).toBeGreaterThanOrEqual(2)
    expect(await deps.store.events.checkpoints.next(deps.clock())).toBeNull()
    await both.close()
  })

  test('remove exactly the events that are older than the retention period', async () => {
    const both = await startTwoProcesses()
    const { one, advance } = both
    const deps = { ...one, config: { ...one.config, eventsRetentionDays: 30 } }
    await tell(deps, 450)
    await work(deps, checkpointEventsJob)
    advance(20 * DAY_MS)
    await tell(deps, 3)
    await work(deps, checkpointEventsJob)
    await work(deps, sweepEventsJob)
    expect((await deps.store.events.verify()).events).toBeGreaterThanOrEqual(453)
    advance(11 * DAY_MS)
    await work(deps, sweepEventsJob)
    expect(await deps.store.events.verify()).toEqual({ events: 3, checkpoints: 2, problems: [] })
    await both.close()
  })

  test('sign one chain for all processes', async () => {
    const both = await startTwoProcesses()
    const { one, two } = both
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([tell(one, 3), tell(two, 3)])
      await Promise.all([work(one, checkpointEventsJob), work(two, checkpointEventsJob)])
    }
    await work(one, checkpointEventsJob)
    expect(await two.store.events.verify()).toMatchObject({ events: 30, problems: [] })
    await both.close()
  })
})
