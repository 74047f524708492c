import { afterAll, expect, test } from 'bun:test'
import { commit } from '../../src/domain/commit.ts'
import {
  deleteSubscriber,
  updateSubscriber,
  upsertSubscriber,
  upsertSubscribers,
} from '../../src/domain/subscribers/subscribers.ts'
import { startService } from '../harness/service.ts'

const ACTOR = { kind: 'command', id: 'test' } as const
const service = await startService()
afterAll(() => service.stop())
const { deps } = service
const environmentId = String((await deps.store.environments.first())?.id)

const make = (subscriberId: string) =>
  commit(deps, ACTOR, () => upsertSubscriber(deps, environmentId, { subscriberId }))

test('an update does not recreate a subscriber who was deleted meanwhile', async () => {
  await make('gone')
  let attempts = 0
  const decided = await commit(deps, ACTOR, async () => {
    attempts += 1
    const decision = await updateSubscriber(deps, environmentId, 'gone', { firstName: 'Ada' })
    if (attempts === 1) {
      await commit(deps, ACTOR, () => deleteSubscriber(deps, environmentId, 'gone'))
    }
    return decision
  })
  expect([attempts, decided.kind]).toEqual([2, 'subscriber_not_found'])
  expect(await deps.store.subscribers.find(environmentId, 'gone')).toBeNull()
})

test('a subscriber who exists is updated, unless the caller asks to fail', async () => {
  await make('known-before')
  const given = { subscriberId: 'known-before', firstName: 'Ada' }
  const upsert = (options?: { failIfExists: boolean }) =>
    commit(deps, ACTOR, () => upsertSubscriber(deps, environmentId, given, options))
  expect((await upsert({ failIfExists: true })).kind).toBe('subscriber_exists')
  expect(await upsert()).toMatchObject({
    kind: 'accepted',
    value: { profile: { firstName: 'Ada' } },
  })
})

test('of two requests that create the same new subscriber, one is refused', async () => {
  const create = () =>
    commit(deps, ACTOR, () =>
      upsertSubscriber(deps, environmentId, { subscriberId: 'new' }, { failIfExists: true }),
    )
  const both = await Promise.all([create(), create()])
  expect(both.map(({ kind }) => kind).sort()).toEqual(['accepted', 'subscriber_exists'])
})

test('a bulk upsert reports the outcome of each subscriber, and updates one that appears twice', async () => {
  await make('known')
  const given = [
    { subscriberId: 'twice', firstName: 'Ada' },
    { subscriberId: ' twice ', lastName: 'Lovelace' },
    { subscriberId: 'known' },
    { subscriberId: 'a b' },
    'no subscriber',
  ]
  const { value } = await commit(deps, ACTOR, () => upsertSubscribers(deps, environmentId, given))
  expect([value.created, value.updated]).toEqual([['twice'], ['twice', 'known']])
  expect(value.failed.map(({ subscriberId }) => subscriberId)).toEqual(['a b', null])
  expect(await deps.store.subscribers.find(environmentId, 'twice')).toMatchObject({
    profile: { firstName: 'Ada', lastName: 'Lovelace' },
  })
})
