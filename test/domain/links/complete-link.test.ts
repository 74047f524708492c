import { afterAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Deps } from '../../../src/deps.ts'
import { startHranaServer } from '../../harness/hrana-server.ts'
import { startService } from '../../harness/service.ts'
import { tempDir } from '../../harness/temp-dir.ts'
import { completing, responseOf } from './completing.ts'

const service = await startService()
afterAll(() => service.stop())
const { deps } = service
const { complete, interrupted, jtiOf, stored } = completing(deps)

/** A link that was consented to, and its id. */
async function consented(changes: Record<string, unknown>) {
  const response = responseOf(await service.consent(await service.link(changes)))
  return { response, jti: await jtiOf(response) }
}

describe('a link is completed once', () => {
  test('by two processes that are called at the same moment', async () => {
    const server = startHranaServer(join(tempDir(), 'server.db'), 'sesame')
    const environment = {
      LATCH_DATABASE_URL: server.url,
      LATCH_DATABASE_AUTH_TOKEN: 'sesame',
      LATCH_SECRET_KEY: 'cd'.repeat(32),
    }
    const one = await startService(environment)
    const two = await startService({
      ...environment,
      LATCH_PUBLIC_URL: one.url,
      LATCH_SLACK_URL: one.slackUrl,
    })
    try {
      for (let round = 0; round < 10; round += 1) {
        const context = { round: `${round}` }
        const response = responseOf(await one.consent(await one.link({ context })))
        one.slackRequests.length = 0
        const results = await Promise.all([
          complete(response, one.deps),
          complete(response, two.deps),
        ])
        expect(results.map(({ kind }) => kind)).toEqual(['linked', 'linked'])
        expect(one.slackRequests).toHaveLength(1)
        expect(await one.endpoints(`contextKeys=round:${round}`)).toHaveLength(1)
      }
    } finally {
      await Promise.all([one.stop(), two.stop()])
      await server.stop()
    }
  })

  test('and its state is verified once per callback', async () => {
    const { response } = await consented({ context: { verified: 'once' } })
    let count = 0
    const verify: Deps['states']['verify'] = (state, nowMs) => {
      count += 1
      return deps.states.verify(state, nowMs)
    }
    await complete(response, { ...deps, states: { ...deps.states, verify } })
    expect(count).toBe(1)
  })

  test('unless its code was never sent: then it can be used again', async () => {
    const { response, jti } = await consented({ context: { released: 'yes' } })
    const provider = deps.providers.get('slack')
    if (provider === undefined) throw new Error('no Slack')
    const unreachable = {
      ...provider,
      identify: async () =>
        ({ kind: 'unavailable', reason: 'no connection', codeSent: false }) as const,
    }
    const offline = { ...deps, providers: new Map([['slack', unreachable]]) }
    expect(await complete(response, offline)).toMatchObject({ kind: 'provider_unavailable' })
    expect(await stored(jti)).toBeNull()
    expect(await complete(response)).toMatchObject({ kind: 'linked' })
  })
})

describe('an outcome that is stored', () => {
  test('is kept, and a request with another outcome stores nothing', async () => {
    const { response, jti } = await consented({ context: { late: 'yes' } })
    const outcome = { kind: 'interrupted' } as const
    const late = interrupted(() => deps.store.commit([deps.store.spentStates.settle(jti, outcome)]))
    expect(await complete(response, late)).toEqual(outcome)
    expect(await stored(jti)).toMatchObject({ outcome })
    expect(await service.endpoints('contextKeys=late:yes')).toEqual([])
  })

  test('is shown instead of an interruption if it was stored first', async () => {
    const { response, jti } = await consented({ context: { slow: 'yes' } })
    const outcome = { kind: 'linked', provider: 'Slack' } as const
    const environment = await deps.store.environments.first()
    const claimedAtMs = deps.clock() - 31_000
    const state = { jti, environmentId: String(environment?.id), claimedAtMs }
    expect(await deps.store.spentStates.claim(state)).toBe(true)
    const waiting = interrupted(() =>
      deps.store.commit([deps.store.spentStates.settle(jti, outcome)]),
    )
    expect(await complete(response, waiting)).toEqual(outcome)
    expect(await stored(jti)).toMatchObject({ outcome })
  })

  test('is not replaced by another one', async () => {
    const { jti } = await consented({})
    const environment = await deps.store.environments.first()
    const { spentStates } = deps.store
    await spentStates.claim({
      jti,
      environmentId: String(environment?.id),
      claimedAtMs: deps.clock(),
    })
    await deps.store.commit([spentStates.settle(jti, { kind: 'linked', provider: 'Slack' })])
    await deps.store.commit([spentStates.settle(jti, { kind: 'interrupted' })])
    expect(await stored(jti)).toMatchObject({ outcome: { kind: 'linked', provider: 'Slack' } })
  })

  test('is not removed by a request that withdraws its claim', async () => {
    const { jti } = await consented({})
    const environment = await deps.store.environments.first()
    const { spentStates } = deps.store
    const state = { jti, environmentId: String(environment?.id), claimedAtMs: deps.clock() }
    await spentStates.claim(state)
    await deps.store.commit([spentStates.settle(jti, { kind: 'interrupted' })])
    await deps.store.commit([spentStates.release(jti)])
    expect(await stored(jti)).not.toBeNull()
  })
})

test('two concurrent installations for the same owner create one connection', async () => {
  const context = { install: 'twice' }
  const install = async () => {
    const { body } = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
      integrationIdentifier: 'slack',
      context,
    })
    const { url } = body as { url: string }
    const response = responseOf(await service.consent(new URL(url)))
    return { response, jti: await jtiOf(response) }
  }
  const [first, second] = [await install(), await install()]
  const between = interrupted(() => complete(first.response))
  expect(await complete(second.response, between)).toMatchObject({ kind: 'connected' })
  for (const { jti } of [first, second]) {
    expect(await stored(jti)).toMatchObject({ outcome: { kind: 'connected' } })
  }
  const { body } = await service.api('GET', '/v1/channel-connections?contextKeys=install:twice')
  expect((body as { data: unknown[] }).data).toHaveLength(1)
})
