import { afterAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { createSdk } from '../../harness/sdk.ts'
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

describe('integrations of the SDK', () => {
  test('create, list, listActive, update, delete', async () => {
    const { result } = await novu.integrations.create({
      providerId: 'slack',
      channel: 'chat',
      name: 'Crud',
      credentials: { clientId: '1.2', secretKey: 'sealed' },
    })
    expect(result).toMatchObject({ name: 'Crud', active: false, deleted: false, primary: false })
    expect(result.identifier).toMatch(/^crud-\w+$/)
    expect(result.credentials).toBeUndefined()
    const id = String(result.id)
    const list = await novu.integrations.list()
    expect(list.result.map(({ identifier }) => identifier)).toContain(result.identifier)
    expect(JSON.stringify(list.result)).not.toContain('sealed')
    const active = await novu.integrations.listActive()
    expect(active.result.map(({ identifier }) => identifier).sort()).toEqual(['msteams', 'slack'])

    const updated = await novu.integrations.update({ active: true, identifier: 'crud' }, id)
    expect(updated.result).toMatchObject({ active: true, identifier: 'crud', name: 'Crud' })
    const left = await novu.integrations.delete(id)
    expect(left.result.map(({ identifier }) => identifier)).not.toContain('crud')
  })

  test('keeps concurrent changes to different properties', async () => {
    const { result } = await novu.integrations.create({
      providerId: 'slack',
      channel: 'chat',
      identifier: 'raced',
    })
    const path = `/v1/integrations/${result.id}`
    const credentials = { clientId: '7.7', secretKey: 'x' }
    await Promise.all([
      service.api('PUT', path, { name: 'New name' }),
      service.api('PUT', path, { active: true }),
      service.api('PUT', path, { credentials }),
    ])
    const stored = await service.deps.store.integrations.findById(
      String(result.environmentId),
      String(result.id),
    )
    expect(stored).toMatchObject({ name: 'New name', active: true, credentials })
  })

  test('deletes the connections and endpoints of an integration together with it', async () => {
    const { result } = await novu.integrations.create({
      providerId: 'slack',
      channel: 'chat',
      identifier: 'doomed',
    })
    const owned = { subscriberId, integrationIdentifier: 'doomed' }
    await novu.channelConnections.create({ ...connection, ...owned, identifier: 'doomed' })
    await novu.channelEndpoints.create({
      ...owned,
      type: 'slack_user',
      endpoint: { userId: 'U' },
      identifier: 'doomed',
    })
    await novu.integrations.delete(String(result.id))
    expect((await service.api('GET', '/v1/channel-connections/doomed')).status).toBe(404)
    expect((await service.api('GET', '/v1/channel-endpoints/doomed')).status).toBe(404)
  })

  test('refuses unknown ids, duplicates and empty updates with Novu’s messages', async () => {
    const path = '/v1/integrations'
    const { body } = await service.api('GET', path)
    const { data } = body as { data: { _id: string; identifier: string }[] }
    const id = data.find(({ identifier }) => identifier === 'msteams')?._id
    const unknown = 'a'.repeat(24)
    for (const [method, at, sent, status, message] of [
      ['PUT', id, {}, 400, 'No properties found for update'],
      ['PUT', unknown, { name: 'x' }, 404, `Entity with id ${unknown} not found`],
      ['DELETE', unknown, undefined, 404, `Entity with id ${unknown} not found`],
      ['POST', `${unknown}/set-primary`, {}, 404, `Integration with id ${unknown} not found`],
      ['POST', `${id}/set-primary`, {}, 400, 'Channel chat does not support primary'],
      ['PUT', id, { identifier: 'slack' }, 409, 'Integration with identifier already exists'],
    ] as const) {
      const answer = await service.api(method, `${path}/${at}`, sent)
      expect([method, at, answer.body]).toMatchObject([method, at, { statusCode: status, message }])
    }
    const wrongId = await service.api('DELETE', `${path}/nope`)
    expect(wrongId.body).toMatchObject({
      statusCode: 422,
      errors: { integrationId: { messages: ['integrationId must be a mongodb id'] } },
    })
    const elsewhere = await service.api('PUT', `${path}/${id}`, { _environmentId: unknown })
    expect(elsewhere.status).toBe(403)
  })
})
