import { afterAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { createSdk, sdkFailure } from '../../harness/sdk.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
const novu = createSdk(service)
afterAll(() => service.stop())

const { subscriberId } = SANDBOX

describe('channelEndpoints of the SDK', () => {
  const endpoint = {
    type: 'slack_user' as const,
    endpoint: { userId: 'U0CRUD0001' },
    subscriberId,
    integrationIdentifier: 'slack',
  }

  test('create, retrieve, list, update, delete', async () => {
    const created = await novu.channelEndpoints.create({
      ...endpoint,
      identifier: 'crud',
      connectionIdentifier: SANDBOX.connectionIdentifier,
      context: { tenant: 'crud' },
    })
    expect(created.result).toMatchObject({
      identifier: 'crud',
      subscriberId,
      connectionIdentifier: SANDBOX.connectionIdentifier,
      contextKeys: ['tenant:crud'],
      type: 'slack_user',
      endpoint: { userId: 'U0CRUD0001' },
    })
    expect((await novu.channelEndpoints.retrieve('crud')).result).toEqual(created.result)
    const list = await novu.channelEndpoints.list({ contextKeys: ['tenant:crud'] })
    expect(list.result.data).toEqual([created.result])
    const updated = await novu.channelEndpoints.update({ endpoint: { userId: 'U2' } }, 'crud')
    expect(updated.result).toMatchObject({ identifier: 'crud', endpoint: { userId: 'U2' } })
    await novu.channelEndpoints.delete('crud')
    expect(await sdkFailure(novu.channelEndpoints.retrieve('crud'))).toEqual([
      404,
      "Channel endpoint with identifier 'crud' not found",
    ])
  })

  test('creates a missing subscriber when createSubscriberIfMissing is set', async () => {
    const { result } = await novu.channelEndpoints.create({
      ...endpoint,
      subscriberId: 'brought',
      createSubscriberIfMissing: true,
    })
    expect(result.subscriberId).toBe('brought')
    expect((await novu.subscribers.retrieve('brought')).result.subscriberId).toBe('brought')
  })
})
