import { afterAll, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const { api } = service

const speaker = async (workspaceId: string, userId: string): Promise<string | number> => {
  const { status, body } = await api('GET', `/v1/identities/slack/${workspaceId}/${userId}`)
  return status === 200
    ? (body as { data: { subscriberId: string }[] }).data.map((one) => one.subscriberId).join()
    : status
}

// docs/decisions/0027-one-subscriber.md
test('an endpoint is of the workspace that its connection had when it was stored or last updated', async () => {
  const connection = '/v1/channel-connections/moving'
  const auth = { accessToken: 'xoxb-moving' }
  await api('POST', '/v1/channel-connections', {
    integrationIdentifier: 'slack',
    identifier: 'moving',
    subscriberId: SANDBOX.subscriberId,
    context: { of: 'moving' },
    workspace: { id: 'T0TYPO' },
    auth,
  })
  await api('POST', '/v1/channel-endpoints', {
    subscriberId: SANDBOX.subscriberId,
    integrationIdentifier: 'slack',
    connectionIdentifier: 'moving',
    identifier: 'moved',
    type: 'slack_user',
    endpoint: { userId: 'U0ADA00001' },
  })
  expect(await speaker('T0TYPO', 'U0ADA00001')).toBe(SANDBOX.subscriberId)
  expect((await api('PATCH', connection, { workspace: { id: 'T0RIGHT' }, auth })).status).toBe(200)
  // Nobody has said of this user that they are in the other workspace too.
  expect(await speaker('T0TYPO', 'U0ADA00001')).toBe(SANDBOX.subscriberId)
  expect(await speaker('T0RIGHT', 'U0ADA00001')).toBe(404)

  const update = { endpoint: { userId: 'U0BOB00002' } }
  expect((await api('PATCH', '/v1/channel-endpoints/moved', update)).status).toBe(200)
  expect(await speaker('T0RIGHT', 'U0BOB00002')).toBe(SANDBOX.subscriberId)
  expect(await speaker('T0TYPO', 'U0BOB00002')).toBe(404)
})
