import { afterAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { createSdk, sdkFailure } from '../../harness/sdk.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
const novu = createSdk(service)
afterAll(() => service.stop())

const { subscriberId } = SANDBOX
const connection = {
  integrationIdentifier: 'slack',
  workspace: { id: 'T0CRUD0001', name: 'Crud' },
  auth: { accessToken: 'xoxb-given' },
}

describe('channelConnections of the SDK', () => {
  test('create, retrieve, list, update, delete', async () => {
    const created = await novu.channelConnections.create({
      ...connection,
      identifier: 'crud',
      subscriberId,
      context: { tenant: { id: 'crud', data: { plan: 'pro' } } },
    })
    const expected = {
      identifier: 'crud',
      channel: 'chat' as never,
      providerId: 'slack' as never,
      integrationIdentifier: 'slack',
      subscriberId,
      contextKeys: ['tenant:crud'],
      workspace: connection.workspace,
      auth: connection.auth,
    }
    expect(created.result).toMatchObject(expected)
    expect((await novu.channelConnections.retrieve('crud')).result).toEqual(created.result)
    const listed = await novu.channelConnections.list({
      subscriberId,
      contextKeys: ['tenant:crud'],
    })
    expect(listed.result).toMatchObject({ data: [expected], next: null, totalCount: 1 })
    const shared = await novu.channelConnections.list({ integrationIdentifier: 'slack' })
    expect(shared.result.totalCount).toBe(2)

    const changed = { workspace: { id: 'T0CRUD0002' }, auth: { accessToken: 'xoxb-other' } }
    const updated = await novu.channelConnections.update(changed, 'crud')
    expect(updated.result).toMatchObject(changed)
    expect(updated.result.workspace.name).toBeUndefined()
    expect((await novu.channelConnections.retrieve('crud')).result).toEqual(updated.result)

    await novu.channelConnections.delete('crud')
    expect(await sdkFailure(novu.channelConnections.retrieve('crud'))).toEqual([
      404,
      "Channel connection with identifier 'crud' not found",
    ])
  })

  test('refuses duplicates and unknown records with Novu’s messages', async () => {
    const { channelConnections } = novu
    const context = { tenant: 'no' }
    await channelConnections.create({ ...connection, identifier: 'no', context })
    expect(await sdkFailure(channelConnections.create({ ...connection, context }))).toEqual([
      409,
      'A channel connection already exists for integration "slack" with no subscriberId and context [tenant:no]. Connection ID: no',
    ])
    const [status, message] = await sdkFailure(
      channelConnections.create({ ...connection, identifier: 'no', context: { tenant: 'n2' } }),
    )
    expect([status, message]).toMatchObject([
      409,
      expect.stringContaining('Channel connection with identifier "no" already exists'),
    ])
    expect(await sdkFailure(channelConnections.create(connection))).toEqual([
      400,
      'Either subscriberId or context must be provided',
    ])
    expect(
      await sdkFailure(
        channelConnections.create({ ...connection, integrationIdentifier: 'none', context }),
      ),
    ).toEqual([404, 'Integration not found: none'])
    expect(
      await sdkFailure(channelConnections.create({ ...connection, subscriberId: 'none' })),
    ).toEqual([404, 'Subscriber not found: none'])
    expect(await sdkFailure(channelConnections.update(connection, 'none'))).toEqual([
      404,
      'Channel connection with identifier "none" not found',
    ])
    expect((await sdkFailure(channelConnections.delete('none')))[0]).toBe(404)
  })
})
