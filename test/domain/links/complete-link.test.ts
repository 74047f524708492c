import { afterAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Deps } from '../../../src/deps.ts'
import { claimCallback } from '../../harness/attempts.ts'
import { startHranaServer } from '../../harness/hrana-server.ts'
import { startService } from '../../harness/service.ts'
import { tempDir } from '../../harness/temp-dir.ts'
import { completing, responseOf } from './completing.ts'

const service = await startService()
afterAll(() => service.stop())
const { deps } = service
const { agree, complete, interrupted, nameOf, stored } = completing(deps)

/** A link that was consented to, and what the attempt to complete it is called. */
async function consented(changes: Record<string, unknown>) {
  const callback = await service.consent(await service.link(changes))
  const response = responseOf(callback)
  return { callback, response, name: await nameOf(response) }
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
        // Only one of them has made the attempt, and neither browser has its cookie yet.
        expect(results.map(({ kind }) => kind).toSorted()).toEqual(['attempt_over', 'linked'])
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
    const { response, name } = await consented({ context: { released: 'yes' } })
    const provider = deps.providers.get('slack')
    if (provider === undefined) throw new Error('no Slack')
    const unreachable = {
      ...provider,
      identify: async () =>
        ({ kind: 'unavailable', reason: 'no connection', codeSent: false }) as const,
    }
    const offline = { ...deps, providers: new Map([['slack', unreachable]]) }
    expect(await complete(response, offline)).toMatchObject({ kind: 'provider_unavailable' })
    expect(await stored(name)).toBeNull()
    expect(await complete(response)).toMatchObject({ kind: 'linked' })
  })
})

// docs/decisions/0007-single-use-links.md
describe('of two attempts with a code each', () => {
  const twice = async (context: Record<string, string>) => {
    const link = await service.link({ context })
    const [one, other] = [await service.consent(link), await service.consent(link)].map(responseOf)
    if (one === undefined || other === undefined) throw new Error('no two')
    return [one, other] as const
  }

  test('the first to store wins, however late the other has begun', async () => {
    const [one, other] = await twice({ two: 'at-once' })
    const between = interrupted(() => complete(other))
    expect(await complete(one, between)).toEqual({ kind: 'already_used' })
    expect(await stored(await nameOf(one))).toMatchObject({ outcome: { kind: 'already_used' } })
    expect(await stored(await nameOf(other))).toMatchObject({ outcome: { kind: 'linked' } })
    expect(await service.endpoints('contextKeys=two:at-once')).toHaveLength(1)
  })

  test('one that fails leaves the link to the other', async () => {
    const [one, other] = await twice({ two: 'one-fails' })
    service.slackAnswers.push(() => Response.json({ ok: false, error: 'invalid_code' }))
    expect(await complete(one)).toMatchObject({ kind: 'code_refused' })
    const { jti } = await nameOf(one)
    expect(await deps.store.spentStates.isSpent(jti)).toBe(false)
    expect(await complete(other)).toMatchObject({ kind: 'linked' })
    expect(await deps.store.spentStates.isSpent(jti)).toBe(true)
  })
})

describe('an outcome that is stored', () => {
  test('is kept, and a request with another outcome stores nothing', async () => {
    const { response, name } = await consented({ context: { late: 'yes' } })
    const outcome = { kind: 'interrupted' } as const
    const late = interrupted(() =>
      deps.store.commit([deps.store.linkAttempts.settle(name, outcome)]),
    )
    expect(await complete(response, late)).toEqual(outcome)
    expect(await stored(name)).toMatchObject({ outcome })
    expect(await deps.store.spentStates.isSpent(name.jti)).toBe(false)
    expect(await service.endpoints('contextKeys=late:yes')).toEqual([])
  })

  test('is shown instead of an interruption if it was stored first', async () => {
    const { callback, response, name } = await consented({ context: { slow: 'yes' } })
    const outcome = { kind: 'linked', provider: 'Slack' } as const
    await claimCallback(deps, callback)
    service.advance(31_000)
    const waiting = interrupted(() =>
      deps.store.commit([deps.store.linkAttempts.settle(name, outcome)]),
    )
    expect(await complete(response, waiting)).toEqual({ kind: 'attempt_over' })
    expect(await stored(name)).toMatchObject({ outcome })
  })

  test('is not replaced by another one', async () => {
    const { callback } = await consented({})
    const name = await claimCallback(deps, callback)
    const { linkAttempts } = deps.store
    await deps.store.commit([linkAttempts.settle(name, { kind: 'linked', provider: 'Slack' })])
    await deps.store.commit([linkAttempts.settle(name, { kind: 'interrupted' })])
    expect(await stored(name)).toMatchObject({ outcome: { kind: 'linked', provider: 'Slack' } })
  })

  test('is not removed by a request that withdraws its claim', async () => {
    const { callback } = await consented({})
    const name = await claimCallback(deps, callback)
    const { linkAttempts } = deps.store
    await deps.store.commit([linkAttempts.settle(name, { kind: 'interrupted' })])
    await deps.store.commit([linkAttempts.release(name)])
    expect(await stored(name)).not.toBeNull()
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
    return { response, name: await nameOf(response) }
  }
  const [first, second] = [await install(), await install()]
  for (const { response } of [first, second]) {
    expect(await complete(response)).toMatchObject({ kind: 'confirmation_required' })
  }
  const between = interrupted(() => agree(first.response))
  expect(await agree(second.response, between)).toMatchObject({ kind: 'connected' })
  for (const { name } of [first, second]) {
    expect(await stored(name)).toMatchObject({ outcome: { kind: 'connected' } })
  }
  const { body } = await service.api('GET', '/v1/channel-connections?contextKeys=install:twice')
  expect((body as { data: unknown[] }).data).toHaveLength(1)
})
