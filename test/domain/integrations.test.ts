import { afterAll, expect, test } from 'bun:test'
import { commit } from '../../src/domain/commit.ts'
import {
  createIntegration,
  deleteIntegration,
  updateIntegration,
} from '../../src/domain/integrations/integrations.ts'
import { startService } from '../harness/service.ts'

const ACTOR = { kind: 'command', id: 'test' } as const
const service = await startService()
afterAll(() => service.stop())
const { deps } = service
const environmentId = String((await deps.store.environments.first())?.id)

async function integration(identifier: string): Promise<string> {
  const made = await commit(deps, ACTOR, () =>
    createIntegration(deps, environmentId, {
      providerId: 'slack',
      channel: 'chat',
      identifier,
      credentials: { clientId: '1.2', secretKey: 'old' },
    }),
  )
  if (made.kind !== 'accepted') throw new Error(made.kind)
  return made.value.id
}

test('changing a setting does not undo a concurrent change of a secret', async () => {
  const id = await integration('contended')
  let attempts = 0
  await commit(deps, ACTOR, async () => {
    attempts += 1
    const decision = await updateIntegration(deps, environmentId, id, {
      configurations: { hmac: true },
    })
    if (attempts === 1) {
      const secret = { credentials: { secretKey: 'new' } }
      await commit(deps, ACTOR, () => updateIntegration(deps, environmentId, id, secret))
    }
    return decision
  })
  expect(attempts).toBe(2)
  const stored = await deps.store.integrations.findById(environmentId, id)
  expect(stored?.credentials).toEqual({ clientId: '1.2', secretKey: 'new', hmac: true })
})

test('an update of an integration that is deleted meanwhile finds none', async () => {
  const changes = [
    { name: 'Other' },
    { identifier: 'renamed' },
    { active: true },
    { configurations: { hmac: true } },
  ]
  for (const [index, change] of changes.entries()) {
    const id = await integration(`leaving-${index}`)
    let attempts = 0
    const updated = await commit(deps, ACTOR, async () => {
      attempts += 1
      const decision = await updateIntegration(deps, environmentId, id, change)
      if (attempts === 1) {
        await commit(deps, ACTOR, () => deleteIntegration(deps, environmentId, id))
      }
      return decision
    })
    expect(updated).toEqual({ kind: 'no_such_integration', id })
  }
})

test('an update refuses the identifier of another integration, but not its own', async () => {
  const [one, other] = [await integration('one'), await integration('other')]
  const rename = (id: string) => updateIntegration(deps, environmentId, id, { identifier: 'one' })
  expect(await rename(other)).toMatchObject({ kind: 'integration_exists', existing: { id: one } })
  expect((await rename(one)).kind).toBe('accepted')
})
