import { describe, expect, test } from 'bun:test'
import { createAlarm } from '../../src/background.ts'
import { accept } from '../../src/domain/decision.ts'
import { createIdempotency } from '../../src/http/idempotency.ts'
import { startJobs } from '../../src/jobs/runner.ts'
import { sweepIdempotencyRecordsJob } from '../../src/jobs/sweep-idempotency-records.ts'
import { freshRow } from '../../src/store/fresh-row.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { LINK_PATH, SAMPLE_BODY, startService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const INTEGRATION = { providerId: 'slack', channel: 'chat' }

describe('an idempotency key', async () => {
  const service = await startService()
  const create = (body: object, key: string) =>
    service.api('POST', '/v1/integrations', body, { 'idempotency-key': key })

  // A process has at most 256 requests under way, and latch's own to a server are among them here.
  const count = process.env['LATCH_TEST_DATABASE'] === 'remote' ? 200 : 1000

  test('has one effect and one response for a thousand concurrent requests', async () => {
    const answers = await Promise.all(
      Array.from({ length: count }, async () => {
        let answer = await create(INTEGRATION, 'thousand')
        // What Novu's SDK does with a 409.
        while (answer.status === 409) {
          await Bun.sleep(5)
          answer = await create(INTEGRATION, 'thousand')
        }
        return answer
      }),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    const first = answers.filter(({ headers }) => headers.get('idempotency-replay') === null)
    expect(first).toHaveLength(1)
  })

  test('causes no conflict between concurrent replays', async () => {
    const first = await create({ ...INTEGRATION, identifier: 'many' }, 'many')
    expect(first.status).toBe(201)
    const again = await Promise.all(
      Array.from({ length: 200 }, () => create({ ...INTEGRATION, identifier: 'many' }, 'many')),
    )
    for (const { status, text } of again) expect([status, text]).toEqual([201, first.text])
  })

  test('is separate for each path and each environment', async () => {
    const key = { 'idempotency-key': 'shared' }
    const link = await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    expect(link.status).toBe(201)
    const other = await service.api('POST', '/v2/subscribers', { subscriberId: 'x' }, key)
    expect(other.status).toBe(201)
    expect(other.headers.get('idempotency-replay')).toBeNull()
  })

  test('lasts five minutes for a link, so that no expired link is replayed', async () => {
    const key = { 'idempotency-key': 'aging' }
    const first = await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    service.advance(299_000)
    expect((await service.api('POST', LINK_PATH, SAMPLE_BODY, key)).text).toBe(first.text)
    service.advance(2000)
    const fresh = await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    expect(fresh.status).toBe(201)
    expect(fresh.text).not.toBe(first.text)
    expect(fresh.headers.get('idempotency-replay')).toBeNull()
  })

  test('replays a conflict unchanged', async () => {
    const body = { ...INTEGRATION, identifier: SANDBOX.integrationIdentifier }
    const first = await create(body, 'conflict')
    expect(first.status).toBe(409)
    const again = await create(body, 'conflict')
    expect(again.status).toBe(409)
    expect(again.text).toBe(first.text)
    expect(again.headers.get('idempotency-replay')).toBe('true')
    expect(again.body).toMatchObject({ message: 'Integration with identifier already exists' })
  })

  test('is ignored if it is empty', async () => {
    const key = { 'idempotency-key': '' }
    const first = await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    const second = await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    expect(first.text).not.toBe(second.text)
  })

  test('stores no response unencrypted', async () => {
    const answer = await service.api('POST', LINK_PATH, SAMPLE_BODY, { 'idempotency-key': 'clear' })
    const state = new URL((answer.body as { url: string }).url).searchParams.get('state')
    const file = await Bun.file(`${service.databaseFile}-wal`).text()
    expect(file).toContain('idempotency_records')
    expect(file).not.toContain(String(state))
  })
})

test('after a restart, the first response is still replayed', async () => {
  const dataDir = tempDir()
  const key = { 'idempotency-key': 'restart' }
  const before = await startService({}, dataDir)
  const first = await before.api('POST', '/v1/integrations', INTEGRATION, key)
  await before.stop()
  const after = await startService({}, dataDir)
  const again = await after.api('POST', '/v1/integrations', INTEGRATION, key)
  expect(again.text).toBe(first.text)
  expect(again.headers.get('idempotency-replay')).toBe('true')
  await after.stop()
})

describe('two processes on one database, each with its own cache,', async () => {
  const { deps, advance } = await startService()
  const [one, two] = [createIdempotency(deps), createIdempotency(deps)]
  const environmentId = String((await deps.store.environments.first())?.id)

  const request = (key: string) => ({
    key,
    environmentId,
    method: 'POST',
    url: 'http://latch/v2/subscribers',
    body: { subscriberId: key },
    lifetimeMs: 60_000,
    actor: { kind: 'command', id: 'test' } as const,
  })

  /** An effect with an id of its own, so that a second one would be seen. */
  const effect = (key: string, text: string) => ({
    prepare: undefined,
    decide: async () => {
      await Bun.sleep(5)
      const row = {
        ...freshRow(deps, environmentId),
        subscriberId: key,
        profile: { firstName: text },
      }
      return accept(text, { writes: [deps.store.subscribers.upsert(row, row.profile)] })
    },
    record: () => ({ status: 201, text, headers: null }),
  })

  test('run the same request at once: one commits, and both return its response', async () => {
    for (let round = 0; round < 50; round += 1) {
      const key = `round-${round}`
      const answers = await Promise.all([
        one.once(request(key), effect(key, 'one')),
        two.once(request(key), effect(key, 'two')),
      ])
      const [first, second] = answers
      expect(first.text).toBe(second.text)
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
      const stored = await deps.store.subscribers.find(environmentId, key)
      expect(stored?.profile).toEqual({ firstName: first.text })
    }
  })

  test('an expired record is replaced, whether it is in memory or not', async () => {
    await one.once(request('old'), effect('old', 'first'))
    advance(61_000)
    const [again, other] = [
      await two.once(request('old'), effect('old', 'second')),
      await one.once(request('old'), effect('old', 'third')),
    ]
    expect(again).toEqual({ status: 201, text: 'second', headers: null, replayed: false })
    expect(other).toEqual({ status: 201, text: 'second', headers: null, replayed: true })
  })

  test('find the same expired record at once: one commits, and both return its response', async () => {
    await one.once(request('both'), effect('both', 'old'))
    advance(61_000)
    const [firstIsDone, secondHasLooked] = [
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ]
    let attempts = 0
    const first = {
      ...effect('both', 'first'),
      decide: async () => {
        await secondHasLooked.promise
        return effect('both', 'first').decide()
      },
    }
    const second = {
      ...effect('both', 'second'),
      decide: async () => {
        attempts += 1
        // The second attempt has just found the expired record.
        if (attempts === 2) {
          secondHasLooked.resolve()
          await firstIsDone.promise
        }
        return effect('both', 'second').decide()
      },
    }
    const answers = await Promise.all([
      one.once(request('both'), first).finally(firstIsDone.resolve),
      two.once(request('both'), second),
    ])
    expect(answers.map(({ text, replayed }) => [text, replayed])).toEqual([
      ['first', false],
      ['first', true],
    ])
    const stored = await deps.store.subscribers.find(environmentId, 'both')
    expect(stored?.profile).toEqual({ firstName: 'first' })
  })

  test('an operation that calls a provider is looked up first, and does not run twice', async () => {
    let calls = 0
    const reaching = {
      ...effect('reaching', 'once'),
      prepare: async () => {
        calls += 1
      },
    }
    await one.once(request('reaching'), reaching)
    deps.store.idempotencyRecords.recall = () => null
    const second = await two.once(request('reaching'), reaching)
    expect(second).toMatchObject({ text: 'once', replayed: true })
    expect(calls).toBe(1)
  })

  test('a request that was interrupted before its commit runs again', async () => {
    const crash = one.once(request('crash'), {
      ...effect('crash', 'never'),
      decide: () => Promise.reject(new Error('killed')),
    })
    await expect(crash).rejects.toThrow('killed')
    const retried = await two.once(request('crash'), effect('crash', 'retried'))
    expect(retried).toEqual({ status: 201, text: 'retried', headers: null, replayed: false })
  })
})

test('expired records are deleted without blocking the event loop', async () => {
  const { deps, advance } = await startService()
  const { store } = deps
  await store.idempotencyRecords.prepare(deps.clock())
  const writes = Array.from({ length: 3000 }, (_, index) =>
    store.idempotencyRecords.insert({
      scope: `scope-${index}`,
      fingerprint: '',
      status: 201,
      body: '{}',
      headers: null,
      expiresAtMs: deps.clock() + (index < 2900 ? 1000 : 3_600_000),
    }),
  )
  await store.commit(writes)
  advance(2000)

  let longestMs = 0
  let last = performance.now()
  const watch = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - last)
    last = performance.now()
  }, 1)
  const sweeping = startJobs(deps, [sweepIdempotencyRecordsJob], createAlarm())
  for (let waited = 0; waited < 500; waited += 1) {
    if ((await store.idempotencyRecords.find('scope-2899')) === null) break
    await Bun.sleep(10)
  }
  await sweeping.stop()
  clearInterval(watch)
  expect(await store.idempotencyRecords.find('scope-0')).toBeNull()
  expect(await store.idempotencyRecords.find('scope-2899')).toBeNull()
  expect(await store.idempotencyRecords.find('scope-2900')).not.toBeNull()
  // 5 ms is what a batch may take on a quiet machine; a shared one may hold anybody up longer.
  expect(longestMs).toBeLessThan(50)
  console.log(`longest pause of the event loop while 2900 records went: ${longestMs.toFixed(1)} ms`)
})
