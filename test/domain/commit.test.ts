import { describe, expect, test } from 'bun:test'
import type { Deps } from '../../src/deps.ts'
import { commit } from '../../src/domain/commit.ts'
import { accept } from '../../src/domain/decision.ts'
import { freshRow } from '../../src/store/fresh-row.ts'
import { StoreError } from '../../src/store/store-error.ts'
import type { Write } from '../../src/store/writer/writes.ts'
import { startService } from '../harness/service.ts'

const ACTOR = { kind: 'command', id: 'test' } as const

test('a decision schedules its jobs, and wakes the job runner', async () => {
  const service = await startService()
  let woken = 0
  const deps = {
    ...service.deps,
    wakeJobs: () => {
      woken += 1
    },
  }
  const job = { kind: 'test', subject: 'one', dueAtMs: 1 }
  await commit(deps, ACTOR, () => accept(null))
  expect(woken).toBe(0)
  await commit(deps, ACTOR, () => accept(null, { jobs: [job] }))
  expect(woken).toBe(1)
  expect(await deps.store.jobs.find(job)).toMatchObject(job)
  await service.stop()
})

describe('a decision that loses against concurrent changes gives up after three attempts', () => {
  const conflicts: [string, (deps: Deps, environmentId: string) => Write][] = [
    ['an expectation that is never met', ({ store }) => store.subscribers.expectPresent('nobody')],
    [
      'a unique value that is always taken',
      (deps, environmentId) =>
        deps.store.subscribers.insert({
          ...freshRow(deps, environmentId),
          subscriberId: 'subscriber-123',
          profile: {},
        }),
    ],
  ]
  for (const [name, conflict] of conflicts) {
    test(name, async () => {
      const service = await startService()
      const { deps } = service
      const environmentId = String((await deps.store.environments.first())?.id)
      let attempts = 0
      const given = commit(deps, ACTOR, () => {
        attempts += 1
        const job = { kind: 'test', subject: 'one', dueAtMs: 1 }
        return accept(null, { writes: [conflict(deps, environmentId)], jobs: [job] })
      })
      const refused = await given.then(String, (error: unknown) => error)
      expect(refused).toBeInstanceOf(StoreError)
      expect(refused).toHaveProperty('code', 'contended')
      expect(attempts).toBe(3)
      expect(await deps.store.jobs.find({ kind: 'test', subject: 'one' })).toBeNull()
      await service.stop()
    })
  }
})
