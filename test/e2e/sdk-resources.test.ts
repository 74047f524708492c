import { afterAll, describe, expect, test } from 'bun:test'
import { Novu } from '@novu/api'
import { ErrorDto } from '@novu/api/models/errors'
import { SANDBOX } from '../harness/sandbox.ts'
import { API_KEY, startService } from '../harness/service.ts'

const service = await startService()
const novu = new Novu({
  secretKey: API_KEY,
  serverURL: service.url,
  retryConfig: { strategy: 'none' },
})
afterAll(() => service.stop())

const { subscriberId } = SANDBOX
const connection = {
  integrationIdentifier: 'slack',
  workspace: { id: 'T0CRUD0001', name: 'Crud' },
  auth: { accessToken: 'xoxb-given' },
}

/** What an SDK call fails with: status and message. */
async function failure(call: Promise<unknown>): Promise<[number, string]> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ErrorDto)) throw new Error(`not an ErrorDto: ${String(error)}`)
  return [error.statusCode, String(error.message)]
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
    expect(await failure(novu.channelConnections.retrieve('crud'))).toEqual([
      404,
      "Channel connection with identifier 'crud' not found",
    ])
  })

  test('says no in Novu’s words', async () => {
    const { channelConnections } = novu
    const context = { tenant: 'no' }
    await channelConnections.create({ ...connection, identifier: 'no', context })
    expect(await failure(channelConnections.create({ ...connection, context }))).toEqual([
      409,
      'A channel connection already exists for integration "slack" with no subscriberId and context [tenant:no]. Connection ID: no',
    ])
    const [status, message] = await failure(
      channelConnections.create({ ...connection, identifier: 'no', context: { tenant: 'n2' } }),
    )
    expect([status, message]).toMatchObject([
      409,
      expect.stringContaining('Channel connection with identifier "no" already exists'),
    ])
    expect(await failure(channelConnections.create(connection))).toEqual([
      400,
      'Either subscriberId or context must be provided',
    ])
    expect(
      await failure(
        channelConnections.create({ ...connection, integrationIdentifier: 'none', context }),
      ),
    ).toEqual([404, 'Integration not found: none'])
    expect(
      await failure(channelConnections.create({ ...connection, subscriberId: 'none' })),
    ).toEqual([404, 'Subscriber not found: none'])
    expect(await failure(channelConnections.update(connection, 'none'))).toEqual([
      404,
      'Channel connection with identifier "none" not found',
    ])
    expect((await failure(channelConnections.delete('none')))[0]).toBe(404)
  })

  test('names every field that is missing, nested ones too', async () => {
    const { body } = await service.api('POST', '/v1/channel-connections', {
      workspace: {},
      auth: {},
    })
    expect(body).toMatchObject({
      errors: {
        integrationIdentifier: {
          messages: [
            'integrationIdentifier should not be null or undefined',
            'integrationIdentifier must be a string',
          ],
        },
        'workspace.id': {
          messages: [
            'workspace.id should not be null or undefined',
            'workspace.id must be a string',
          ],
        },
        'auth.accessToken': {
          messages: [
            'auth.accessToken should not be null or undefined',
            'auth.accessToken must be a string',
          ],
        },
      },
    })
  })

  test('takes a refresh token only where it can use it', async () => {
    const path = '/v1/channel-connections'
    const auth = { accessToken: 'a', refreshToken: 'r' }
    const body = { ...connection, auth, context: { tenant: 'rotating' }, identifier: 'rotating' }
    const created = await service.api('POST', path, body)
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ auth: { ...auth, expiresAt: expect.any(String) } })
    const teams = await service.api('POST', path, {
      ...body,
      identifier: 'rotating-teams',
      integrationIdentifier: 'msteams',
    })
    expect(teams.body).toMatchObject({
      statusCode: 400,
      message:
        'Token rotation is not supported for provider "msteams". Remove refreshToken from the connection auth.',
    })
  })
})

describe('a connection that is deleted with revoke=true', () => {
  test('has its token revoked at Slack first', async () => {
    const install = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
      integrationIdentifier: 'slack',
      connectionIdentifier: 'revoked',
      context: { tenant: 'revoked' },
    })
    const url = new URL((install.body as { url: string }).url)
    await service.open(await service.consent(url))
    const path = '/v1/channel-connections/revoked?revoke=true'
    await service.fault('slack', 'error')
    const failed = await service.api('DELETE', path)
    expect([failed.status, failed.body]).toMatchObject([
      502,
      { message: expect.stringContaining('The connection is still there') },
    ])
    const { body } = await service.api('GET', '/v1/channel-connections/revoked')
    const { accessToken } = (body as { auth: { accessToken: string } }).auth

    expect((await service.api('DELETE', path)).status).toBe(204)
    expect(service.slackRequests.at(-1)).toBe('POST /api/auth.revoke')
    const again = await fetch(`${service.slackUrl}/api/auth.revoke`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` },
    })
    expect(await again.json()).toEqual({ ok: false, error: 'token_revoked' })
    expect((await service.api('GET', '/v1/channel-connections/revoked')).status).toBe(404)
  })
})

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
    expect(await failure(novu.channelEndpoints.retrieve('crud'))).toEqual([
      404,
      "Channel endpoint with identifier 'crud' not found",
    ])
  })

  test('says no in Novu’s words', async () => {
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

  test('can bring its subscriber along', async () => {
    const { result } = await novu.channelEndpoints.create({
      ...endpoint,
      subscriberId: 'brought',
      createSubscriberIfMissing: true,
    })
    expect(result.subscriberId).toBe('brought')
    expect((await novu.subscribers.retrieve('brought')).result.subscriberId).toBe('brought')
  })
})

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

  test('keeps changes to different properties that come at the same moment', async () => {
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

  test('deletes connections and endpoints along, in one go', async () => {
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

  test('says no in Novu’s words', async () => {
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
    expect(await failure(novu.subscribers.retrieve('ada'))).toEqual([
      404,
      'Subscriber: ada was not found',
    ])
  })

  test('changes to different fields at the same moment are all kept, and nothing else is', async () => {
    const path = '/v2/subscribers'
    await service.api('POST', path, {
      subscriberId: 'many',
      data: { old: true },
      _id: 'mine',
      deleted: true,
      role: 'admin',
    })
    const fields = ['firstName', 'lastName', 'phone', 'locale', 'timezone', 'avatar']
    await Promise.all([
      ...fields.map((field) => service.api('PATCH', `${path}/many`, { [field]: field })),
      service.api('PATCH', `${path}/many`, { data: { 'a.b"c': [1, null] } }),
    ])
    const { body } = await service.api('GET', `${path}/many`)
    const { _id, _environmentId, _organizationId, createdAt, updatedAt, ...rest } = body as Record<
      string,
      unknown
    >
    expect(rest).toEqual({
      subscriberId: 'many',
      deleted: false,
      data: { 'a.b"c': [1, null] },
      ...Object.fromEntries(fields.map((field) => [field, field])),
    })
    expect(_id).not.toBe('mine')
  })

  test('with failIfExists, of many at the same moment one is created', async () => {
    const create = () =>
      service.api('POST', '/v2/subscribers?failIfExists=true', { subscriberId: 'raced' })
    const statuses = (await Promise.all(Array.from({ length: 8 }, create))).map(
      ({ status }) => status,
    )
    expect(statuses.sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)])
  })

  test('refuses more than 500 at once', async () => {
    const many = Array.from({ length: 501 }, (_, i) => ({ subscriberId: `s${i}` }))
    const { body } = await service.api('POST', '/v1/subscribers/bulk', { subscribers: many })
    expect(body).toMatchObject({
      statusCode: 422,
      errors: { subscribers: { messages: ['subscribers must contain no more than 500 elements'] } },
    })
  })
})

describe('contexts of the SDK', () => {
  test('create, retrieve, list, update, delete', async () => {
    const context = { type: 'region', id: 'eu-1', data: { name: 'Europe' } }
    expect((await novu.contexts.create(context)).result).toMatchObject(context)
    expect((await novu.contexts.retrieve('eu-1', 'region')).result).toMatchObject(context)
    expect((await novu.contexts.list({ search: 'REG' })).result.data).toMatchObject([context])
    const { result } = await novu.contexts.update({
      type: 'region',
      id: 'eu-1',
      updateContextRequestDto: { data: { name: 'EU' } },
    })
    expect(result).toMatchObject({ ...context, data: { name: 'EU' } })
    const [status, message] = await failure(novu.contexts.create(context))
    expect([status, message]).toMatchObject([
      409,
      expect.stringContaining("'region' and id 'eu-1'"),
    ])
    await novu.contexts.delete('eu-1', 'region')
    expect((await failure(novu.contexts.retrieve('eu-1', 'region')))[0]).toBe(404)
  })
})
