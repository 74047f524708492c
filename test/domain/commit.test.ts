import { expect, test } from 'bun:test'
import { commit } from '../../src/domain/commit.ts'
import { accept } from '../../src/domain/decision.ts'
import { startService } from '../harness/service.ts'

const ACTOR = { kind: 'command', id: 'test' } as const

test('a decision brings its jobs along, and wakes who works on them', async () => {
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
