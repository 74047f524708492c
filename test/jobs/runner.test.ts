import { describe, expect, test } from 'bun:test'
import { createAlarm } from '../../src/background.ts'
import type { Deps } from '../../src/deps.ts'
import { commit } from '../../src/domain/commit.ts'
import { accept } from '../../src/domain/decision.ts'
import { endJobAlone } from '../../src/domain/job.ts'
import type { JobKind } from '../../src/jobs/kind.ts'
import { startJobs } from '../../src/jobs/runner.ts'
import { startService } from '../harness/service.ts'
import { until } from '../harness/until.ts'

const KIND = 'wash'

/** A kind of job that does what it is told, and says what it has begun. */
function washing(run: (deps: Deps) => Promise<void> = async () => {}) {
  const begun: string[] = []
  const kind: JobKind = {
    kind: KIND,
    run: async (deps, held) => {
      begun.push(held.subject)
      await run(deps)
      await endJobAlone(deps, held, { kind: 'done' })
    },
  }
  return { kind, begun }
}

const schedule = (deps: Deps, subject: string, dueAtMs = deps.clock()) =>
  commit(deps, { kind: 'command', id: 'test' }, () =>
    accept(null, { jobs: [{ kind: KIND, subject, dueAtMs }] }),
  )

async function started(run?: (deps: Deps) => Promise<void>) {
  const service = await startService()
  const alarm = createAlarm()
  const deps = { ...service.deps, wakeJobs: alarm.ring }
  const { kind, begun } = washing(run)
  const jobs = startJobs(deps, [kind], alarm)
  // Asleep, as there is nothing to do.
  await Bun.sleep(50)
  return { service, deps, begun, jobs, alarm, kind }
}

describe('the job runner', () => {
  test('is woken by the commit that schedules one', async () => {
    const { service, deps, begun, jobs } = await started()
    const startedMs = performance.now()
    await schedule(deps, 'car')
    await until(() => begun.length === 1)
    expect(performance.now() - startedMs).toBeLessThan(2500)
    await until(async () => (await deps.store.jobs.find({ kind: KIND, subject: 'car' })) === null)
    await jobs.stop()
    await service.stop()
  })

  test('finds a job that another process scheduled within seconds', async () => {
    const { service, begun, jobs } = await started()
    await schedule(service.deps, 'car')
    await until(() => begun.length === 1, 10_000)
    await jobs.stop()
    await service.stop()
  }, 20_000)

  test('stores why a job failed, without the values of a failed query', async () => {
    const { service, deps, begun, jobs } = await started(async () => {
      const query = 'update "channel_connections" set "auth" = ?'
      const params = ['a-sealed-token']
      throw Object.assign(new Error(`Failed query: ${query}\nparams: ${params}`), { query, params })
    })
    await schedule(deps, 'car')
    await until(() => begun.length === 1)
    const find = () => deps.store.jobs.find({ kind: KIND, subject: 'car' })
    await until(async () => (await find())?.problem != null)
    const { problem } = (await find()) ?? {}
    expect(problem).toBe('Failed query: update "channel_connections" set "auth" = ?')
    await jobs.stop()
    await service.stop()
  })

  test('finishes started jobs when it is stopped, and starts no more', async () => {
    const gate = Promise.withResolvers<void>()
    const { service, deps, begun, jobs } = await started(() => gate.promise)
    await schedule(deps, 'car')
    await until(() => begun.length === 1)
    let isStopped = false
    const stopping = jobs.stop().then(() => {
      isStopped = true
    })
    await schedule(deps, 'dog')
    await Bun.sleep(50)
    expect([isStopped, begun]).toEqual([false, ['car']])
    gate.resolve()
    await stopping
    expect(await deps.store.jobs.find({ kind: KIND, subject: 'car' })).toBeNull()
    expect(await deps.store.jobs.find({ kind: KIND, subject: 'dog' })).not.toBeNull()
    expect(begun).toEqual(['car'])
    await service.stop()
  })

  test('runs several jobs at once, up to a maximum', async () => {
    const gate = Promise.withResolvers<void>()
    const { service, deps, begun, jobs } = await started(() => gate.promise)
    for (let index = 0; index < 25; index += 1) await schedule(deps, `${index}`)
    await until(() => begun.length === 10)
    await Bun.sleep(50)
    expect(begun).toHaveLength(10)
    gate.resolve()
    await until(() => begun.length === 25)
    expect(new Set(begun).size).toBe(25)
    await jobs.stop()
    await service.stop()
  })

  test('retries a failed job later, and stores the problem', async () => {
    const { service, deps, begun, jobs } = await started(async () => {
      throw new Error('no water')
    })
    await schedule(deps, 'car')
    const find = () => deps.store.jobs.find({ kind: KIND, subject: 'car' })
    await until(async () => (await find())?.problem === 'no water')
    const failed = await find()
    expect(failed).toMatchObject({ attempts: 1, lease: null })
    expect(Number(failed?.dueAtMs) - deps.clock()).toBeGreaterThan(25_000)
    expect(service.logged.map(({ message }) => message)).toContain('a job failed')
    service.advance(30_000)
    await schedule(deps, 'other')
    await until(() => begun.filter((subject) => subject === 'car').length === 2)
    await jobs.stop()
    await service.stop()
  })

  test('ignores jobs of unknown kinds', async () => {
    const { service, deps, begun, jobs } = await started()
    const name = { kind: 'of a newer latch', subject: 'one' }
    await deps.store.commit([deps.store.jobs.schedule({ ...name, dueAtMs: 0 })])
    await schedule(deps, 'car')
    await until(() => begun.length === 1)
    expect(await deps.store.jobs.find(name)).toMatchObject({ lease: null, attempts: 0 })
    await jobs.stop()
    await service.stop()
  })

  test('creates a recurring job, once', async () => {
    const { service, deps, jobs, alarm } = await started()
    await jobs.stop()
    const runs: number[] = []
    const standing: JobKind = {
      kind: 'stand',
      isRecurring: true,
      run: async (given, held) => {
        runs.push(held.revision)
        const dueAtMs = given.clock() + 60_000
        await endJobAlone(given, held, { kind: 'again', dueAtMs, problem: null })
      },
    }
    for (const _ of [1, 2]) {
      const again = startJobs(deps, [standing], alarm)
      await until(() => runs.length === 1)
      await again.stop()
    }
    expect(runs).toEqual([1])
    await service.stop()
  })
})
