import { afterAll, expect, test } from 'bun:test'
import { startService } from '../../harness/service.ts'
import { linkedEndpoint } from './linked.ts'

const service = await startService()
afterAll(() => service.stop())
const { store } = service.deps

const readVerification = async (userId: string): Promise<unknown> => {
  const { body } = await service.api('GET', `/v1/identities/slack/T1/${userId}`)
  const [found] = (body as { data: { verification: string; verifiedAt: string }[] }).data
  return [found?.verification, found?.verifiedAt]
}

// Otherwise a backend could have its assertion taken for a proof of the app's session.
test('a link that a backend changes to another chat user is asserted, not verified', async () => {
  const environmentId = String((await store.environments.first())?.id)
  const integration = await store.integrations.findByIdentifier(environmentId, 'slack')
  await store.commit(
    linkedEndpoint(service.deps, {
      environmentId,
      integrationId: String(integration?.id),
      subscriberId: 'subscriber-123',
      identifier: 'verified',
      chatUserId: 'U1',
      verification: 'session',
      verifiedAtMs: 1_700_000_000_000,
    }),
  )
  const update = async (userId: string): Promise<void> => {
    const body = { endpoint: { userId } }
    const { status } = await service.api('PATCH', '/v1/channel-endpoints/verified', body)
    expect(status).toBe(200)
  }
  const bySession = ['session', '2023-11-14T22:13:20.000Z']
  expect(await readVerification('U1')).toEqual(bySession)
  await update('U1')
  expect(await readVerification('U1')).toEqual(bySession)
  await update('U2')
  expect(await readVerification('U2')).toMatchObject(['asserted', expect.stringMatching(/^20/)])
  // What was proven once is not proven again by changing it back.
  await update('U1')
  expect(await readVerification('U1')).toMatchObject(['asserted', expect.any(String)])
})
