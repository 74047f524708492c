import { describe, expect, test } from 'bun:test'
import { commit } from '../../src/domain/commit.ts'
import { createConnection, updateConnection } from '../../src/domain/connections/connections.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { startService } from '../harness/service.ts'

const service = await startService()
const { deps, api } = service
const { store } = deps
const environmentId = String((await store.environments.first())?.id)
const actor = { kind: 'command', id: 'test' } as const

/** Something that happens between a decision and its commit, the first time. */
const once = (act: () => Promise<unknown>): (() => Promise<unknown>) => {
  let done = false
  return async () => {
    if (done) return
    done = true
    await act()
  }
}

const content = { workspace: { id: 'T0MINE' }, auth: { accessToken: 'xoxb-mine' } }

describe('the data of a decision about a connection', () => {
  test('is read again if the subscriber is deleted before the commit', async () => {
    await api('POST', '/v2/subscribers', { subscriberId: 'short-lived' })
    const remove = once(() => api('DELETE', '/v2/subscribers/short-lived'))
    const decided = await commit(deps, actor, async () => {
      const decision = await createConnection(deps, environmentId, {
        ...content,
        integrationIdentifier: SANDBOX.integrationIdentifier,
        identifier: 'of-nobody',
        subscriberId: 'short-lived',
      })
      await remove()
      return decision
    })
    expect(decided).toEqual({ kind: 'subscriber_not_found', subscriberId: 'short-lived' })
    expect(await store.connections.findWithAuth(environmentId, 'of-nobody')).toBeNull()
  })

  test('is read again if the connection is deleted before the commit', async () => {
    const identifier = SANDBOX.connectionIdentifier
    const remove = once(() => api('DELETE', `/v1/channel-connections/${identifier}`))
    const decided = await commit(deps, actor, async () => {
      const decision = await updateConnection(deps, environmentId, identifier, content)
      await remove()
      return decision
    })
    expect(decided).toEqual({ kind: 'connection_not_found', identifier })
  })
})
