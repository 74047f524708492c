import { afterAll, expect, test } from 'bun:test'
import { commit } from '../../src/domain/commit.ts'
import { createContext, deleteContext, updateContext } from '../../src/domain/contexts/contexts.ts'
import { startService } from '../harness/service.ts'

const ACTOR = { kind: 'command', id: 'test' } as const
const service = await startService()
afterAll(() => service.stop())
const { deps } = service
const environmentId = String((await deps.store.environments.first())?.id)

test('an update does not recreate a context that was deleted meanwhile', async () => {
  const name = { type: 'tenant', id: 'leaving' }
  await commit(deps, ACTOR, () => createContext(deps, environmentId, name))
  let attempts = 0
  const updated = await commit(deps, ACTOR, async () => {
    attempts += 1
    const decision = await updateContext(deps, environmentId, name, { plan: 'free' })
    if (attempts === 1) await commit(deps, ACTOR, () => deleteContext(deps, environmentId, name))
    return decision
  })
  expect(updated).toEqual({ kind: 'context_not_found' })
  expect(await deps.store.contexts.find(environmentId, 'tenant:leaving')).toBeNull()
})
