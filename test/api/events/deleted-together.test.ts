import { afterAll, describe, expect, test } from 'bun:test'
import type { Deps } from '../../../src/deps.ts'
import { commit } from '../../../src/domain/commit.ts'
import type { DependentCounts } from '../../../src/domain/dependents.ts'
import {
  deleteIntegration,
  removeMostOfIntegration,
} from '../../../src/domain/integrations/integrations.ts'
import { createTurns } from '../../../src/store/turns.ts'
import type { Write } from '../../../src/store/writer/writes.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'
import { createRelatedRows, told } from './related-rows.ts'

const service = await startService()
afterAll(() => service.stop())
const rows = await createRelatedRows(service)
const { news, addIntegration, addSubscriber, addConnection, addEndpoint, addEndpoints, remove } =
  rows
const API_KEY_ACTOR = expect.stringMatching(/^api_key:[0-9a-f]{24}$/)
const { environmentId } = rows
const { deps } = service
const ACTOR = { kind: 'command', id: 'test' } as const

/** Dependencies that count what is committed together. */
function watched(): { deps: Deps; sizes: number[] } {
  const sizes: number[] = []
  const commitThese = (writes: readonly Write[]): Promise<void> => {
    sizes.push(writes.length)
    return deps.store.commit(writes)
  }
  return { deps: { ...deps, store: { ...deps.store, commit: commitThese } }, sizes }
}

describe('what is deleted along with something else has an event each', () => {
  test('of an integration: its endpoints and its connections', async () => {
    const id = await addIntegration('small')
    await addConnection('small-1', 'small', { subscriberId: SANDBOX.subscriberId })
    await addEndpoint('small-a', 'small', { connectionIdentifier: 'small-1' })
    await addEndpoint('small-b', 'small', { context: { n: '2' } })
    await news()
    await remove(`/v1/integrations/${id}`)
    const events = await news()
    const reason = 'integration_deleted'
    expect(told(events)).toEqual([
      ['endpoint.deleted', 'endpoint:small-a', reason],
      ['endpoint.deleted', 'endpoint:small-b', reason],
      ['connection.deleted', 'connection:small-1', reason],
      ['integration.deleted', `integration:${id}`, null],
    ])
    expect(events[0]).toMatchObject({
      actor: API_KEY_ACTOR,
      subscriberId: SANDBOX.subscriberId,
      data: { connectionIdentifier: 'small-1' },
      personal: { endpoint: { userId: 'U0ADA00001' } },
    })
    expect(events[3]?.data).toMatchObject({ endpoints: 2, connections: 1 })
  })

  test('of a subscriber: their endpoints, and not their connections, which stay', async () => {
    await addSubscriber('leaving')
    await addConnection('of-leaving', 'slack', { subscriberId: 'leaving' })
    await addEndpoint('leaving-a', 'slack', { subscriberId: 'leaving' })
    await news()
    await remove('/v2/subscribers/leaving')
    const events = await news()
    expect(told(events)).toEqual([
      ['endpoint.deleted', 'endpoint:leaving-a', 'subscriber_deleted'],
      ['subscriber.deleted', expect.any(String), null],
    ])
    expect(events[1]?.data).toEqual({ endpoints: 1 })
    await remove('/v1/channel-connections/of-leaving')
    await news()
  })

  test('of a large integration: in several small commits', async () => {
    const integrationId = await addIntegration('large')
    await addEndpoints(1203, { integrationId, connectionIdentifier: 'large' })
    await news()
    const { deps: counting, sizes } = watched()
    const before = await removeMostOfIntegration(counting, ACTOR, environmentId, integrationId)
    expect(before).toEqual({ endpoints: 1000, connections: 0 })
    expect((await service.api('GET', '/v1/integrations')).text).toContain('"large"')
    const deleted = await commit(counting, ACTOR, () =>
      deleteIntegration(counting, environmentId, integrationId, before),
    )
    expect(deleted.kind).toBe('accepted')
    expect(sizes).toHaveLength(3)
    // An event a row, and no statement a row.
    expect(Math.max(...sizes)).toBeLessThan(510)
    const events = await news()
    expect(new Set(events.slice(0, -1).map(({ subject }) => subject)).size).toBe(1203)
    expect(events.at(-1)).toMatchObject({
      type: 'integration.deleted',
      data: { endpoints: 1203, connections: 0 },
    })
  })

  test('also of what is added during the deletion, once each', async () => {
    const integrationId = await addIntegration('busy')
    await addEndpoint('busy-a', 'busy', {})
    await news()
    const none: DependentCounts = { endpoints: 0, connections: 0 }
    // As another process, whose changes do not wait for those of this one.
    const another = { ...deps, store: { ...deps.store, turns: createTurns() } }
    let attempts = 0
    await commit(another, ACTOR, async () => {
      attempts += 1
      const decision = await deleteIntegration(deps, environmentId, integrationId, none)
      if (attempts === 1) await addEndpoint('busy-b', 'busy', { context: { n: '2' } })
      if (attempts === 2) await remove('/v1/channel-endpoints/busy-a')
      return decision
    })
    expect(attempts).toBe(3)
    expect(told(await news())).toEqual([
      ['endpoint.created', 'endpoint:busy-b', null],
      ['endpoint.deleted', 'endpoint:busy-a', null],
      ['endpoint.deleted', 'endpoint:busy-b', 'integration_deleted'],
      ['integration.deleted', `integration:${integrationId}`, null],
    ])
  })
})
