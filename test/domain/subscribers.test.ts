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

test('an update does not bring back a subscriber who was deleted while it was decided', async () => {
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

test('of two who create one subscriber, and want them to be new, one is refused', async () => {
  const create = () =>
    commit(deps, ACTOR, () =>
      upsertSubscriber(deps, environmentId, { subscriberId: 'new' }, { failIfExists: true }),
    )
  const both = await Promise.all([create(), create()])
  expect(both.map(({ kind }) => kind).sort()).toEqual(['accepted', 'subscriber_exists'])
})

test('many at once: each is told what became of it, and one that comes twice is updated', async () => {
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
