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

  test('refuses unknown records and malformed endpoints with Novu’s messages', async () => {
    const path = '/v1/channel-endpoints'
    const post = (changes: Record<string, unknown>) =>
      service.api('POST', path, { ...endpoint, ...changes })
    for (const [changes, status, message] of [
      [{ integrationIdentifier: 'none' }, 404, 'Integration not found: none'],
      [
        { subscriberId: 'none' },
        404,
        'Subscriber not found: none. Pass createSubscriberIfMissing: true to create it, or provision it via POST /v1/subscribers.',
      ],
      [{ connectionIdentifier: 'none' }, 404, 'Channel connection not found: none'],
      [
        { type: 'pagerduty_service', endpoint: { routingKey: 'a'.repeat(32), region: 'eu' } },
        400,
        'Channel endpoint type "pagerduty_service" requires a PagerDuty integration',
      ],
    ] as const) {
      expect((await post(changes)).body).toMatchObject({ statusCode: status, message })
    }
    const malformed = 'Endpoint must match the required format for type "slack_user"'
    for (const wrong of [{}, { userId: 1 }, { userId: 'U', more: 'x' }, { channelId: 'C' }]) {
      expect((await post({ endpoint: wrong })).body).toMatchObject({
        statusCode: 422,
        errors: { endpoint: { messages: [malformed], value: wrong } },
      })
    }
    expect((await post({ type: 'pigeon' })).status).toBe(422)
    await post({ identifier: 'taken' })
    expect((await post({ identifier: 'taken' })).status).toBe(409)
    const patch = await service.api('PATCH', `${path}/taken`, { endpoint: { channelId: 'C' } })
    expect(patch.body).toMatchObject({ statusCode: 400, message: malformed })
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
