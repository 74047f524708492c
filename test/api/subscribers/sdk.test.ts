import { afterAll, describe, expect, test } from 'bun:test'
import { createSdk, sdkFailure } from '../../harness/sdk.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
const novu = createSdk(service)
afterAll(() => service.stop())

describe('subscribers of the SDK', () => {
  test('create, retrieve, search, patch, createBulk, delete', async () => {
    const ada = { subscriberId: 'ada', firstName: 'Ada', lastName: 'King', email: 'ada@crud.test' }
    expect((await novu.subscribers.create(ada)).result).toMatchObject(ada)
    expect((await novu.subscribers.retrieve('ada')).result).toMatchObject(ada)
    for (const filter of [{ email: ada.email }, { name: 'ADA K' }, { subscriberId: 'ada' }]) {
      const { result } = await novu.subscribers.search(filter)
      expect([filter, result.data]).toMatchObject([filter, [ada]])
    }
    const { result } = await novu.subscribers.patch({ phone: '+44', data: { a: 1 } }, 'ada')
    expect(result).toMatchObject({ ...ada, phone: '+44', data: { a: 1 } })
    const bulk = await novu.subscribers.createBulk({
      subscribers: [
        { subscriberId: 'ada' },
        { subscriberId: 'new' },
        { subscriberId: 'no spaces' },
      ],
    })
    expect(bulk.result).toMatchObject({
      updated: [{ subscriberId: 'ada' }],
      created: [{ subscriberId: 'new' }],
      failed: [{ subscriberId: 'no spaces' }],
    })
    // Bulk does not wipe what it does not send.
    expect((await novu.subscribers.retrieve('ada')).result.firstName).toBe('Ada')

    await novu.channelEndpoints.create({
      type: 'slack_user',
      endpoint: { userId: 'U' },
      subscriberId: 'ada',
      integrationIdentifier: 'slack',
      identifier: 'of-ada',
    })
    const deleted = await novu.subscribers.delete('ada')
    expect(deleted.result).toEqual({ acknowledged: true, status: 'deleted' })
    expect((await service.api('GET', '/v1/channel-endpoints/of-ada')).status).toBe(404)
    expect(await sdkFailure(novu.subscribers.retrieve('ada'))).toEqual([
      404,
      'Subscriber: ada was not found',
    ])
  })
})
