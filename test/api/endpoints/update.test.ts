import { afterAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)
const environment = await service.deps.store.environments.first()

const PATH = '/v1/channel-endpoints'
const owned = { subscriberId: SANDBOX.subscriberId, integrationIdentifier: 'slack' }
const made = await service.api('POST', PATH, {
  ...owned,
  identifier: 'ada',
  type: 'slack_user',
  endpoint: { userId: 'U0ADA00001' },
})
const { createdAt } = made.body as { createdAt: string }
await service.api('POST', PATH, {
  ...owned,
  identifier: 'hook',
  type: 'webhook',
  endpoint: { url: 'https://hooks.example.com/1', channel: '#general' },
})
await service.api('POST', '/v2/subscribers', { subscriberId: 'alan' })
await service.api('POST', PATH, {
  ...owned,
  subscriberId: 'alan',
  identifier: 'alan',
  type: 'slack_user',
  endpoint: { userId: 'U0ALAN0003' },
})
service.advance(1000)

const notFound = (identifier: string, environmentId: string | undefined) => ({
  status: 404,
  code: 'endpoint_not_found',
  contains: {
    message: `Channel endpoint with identifier "${identifier}" not found in environment "${environmentId}"`,
  },
  lacks: 'U0GRACE002',
})

describe('PATCH /v1/channel-endpoints/{identifier}', () => {
  const body = { endpoint: { userId: 'U0GRACE002' } }
  testCases(service, { method: 'PATCH', path: `${PATH}/ada`, body }, [
    {
      name: 'replaces what the endpoint points at',
      status: 200,
      contains: { ...owned, identifier: 'ada', type: 'slack_user', ...body, createdAt },
      lacks: ['U0ADA00001', `"updatedAt":"${createdAt}"`, '_id', 'nvironment'],
    },
    {
      name: 'nothing else, whatever else is sent',
      request: { body: { ...body, type: 'webhook', subscriberId: 'grace', identifier: 'other' } },
      status: 200,
      contains: { ...owned, identifier: 'ada', type: 'slack_user', ...body },
    },
    {
      name: 'a webhook as a whole',
      request: { path: `${PATH}/hook`, body: { endpoint: { url: 'https://hooks.example.com/2' } } },
      status: 200,
      contains: { endpoint: { url: 'https://hooks.example.com/2', channel: undefined } },
    },
    {
      name: 'the value of another type',
      request: { body: { endpoint: { channelId: 'C' } } },
      status: 400,
      code: 'endpoint_malformed',
      contains: { message: 'Endpoint must match the required format for type "slack_user"' },
    },
    {
      name: 'a webhook at an internal address',
      request: { path: `${PATH}/hook`, body: { endpoint: { url: 'http://localhost/1' } } },
      status: 400,
      code: 'endpoint_malformed',
      contains: {
        message:
          'endpoint.url must not be an internal address, such as one that is private or link-local',
      },
      lacks: 'hooks.example.com',
    },
    {
      name: 'the chat user of another subscriber',
      request: { body: { endpoint: { userId: 'U0ALAN0003' } } },
      status: 409,
      code: 'linked_to_another_subscriber',
      contains: {
        message:
          'This chat user is already linked to subscriber "alan" in the same context. Endpoint ID: alan',
      },
    },
    {
      name: 'an identifier that nothing has',
      request: { path: `${PATH}/none` },
      ...notFound('none', environment?.id),
    },
    {
      name: 'the endpoint of another environment',
      request: { key: other.apiKey },
      ...notFound('ada', other.id),
    },
    {
      name: 'no value',
      request: { body: {} },
      ...refusedField(
        'endpoint',
        'endpoint should not be null or undefined',
        'endpoint must be an object',
      ),
    },
    {
      name: 'a value that is a list',
      request: { body: { endpoint: ['U0GRACE002'] } },
      ...refusedField('endpoint', 'endpoint must be an object'),
    },
    {
      name: 'an identifier that is no UTF-8',
      request: { path: `${PATH}/%FF` },
      ...refusedField('identifier', 'identifier must be a string'),
    },
  ])

  test('changes nothing that it refuses', async () => {
    const [hook, ada] = await service.endpoints()
    expect(ada).toMatchObject({ identifier: 'ada', ...body })
    expect(hook).toMatchObject({ endpoint: { url: 'https://hooks.example.com/2' } })
  })
})
