import { afterAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

const PATH = '/v1/channel-endpoints'
const { subscriberId, connectionIdentifier } = SANDBOX
const user = {
  type: 'slack_user',
  endpoint: { userId: 'U0CREATE01' },
  subscriberId,
  integrationIdentifier: 'slack',
}
const webhook = (url: string) => ({ ...user, type: 'webhook', endpoint: { url } })

describe('POST /v1/channel-endpoints', () => {
  testCases(service, { method: 'POST', path: PATH, body: user }, [
    {
      name: 'an endpoint with all that it can have',
      request: {
        body: { ...user, identifier: 'whole', connectionIdentifier, context: { tenant: 'whole' } },
      },
      status: 201,
      contains: {
        identifier: 'whole',
        channel: 'chat',
        providerId: 'slack',
        integrationIdentifier: 'slack',
        connectionIdentifier,
        subscriberId,
        contextKeys: ['tenant:whole'],
        type: 'slack_user',
        endpoint: user.endpoint,
        createdAt: /^20.*Z$/,
        updatedAt: /^20.*Z$/,
      },
      lacks: ['_id', 'nvironment', 'pending', 'kind'],
    },
    {
      name: 'one with an identifier of latch’s own, in no connection',
      status: 201,
      contains: {
        identifier: /^chendp_[A-Za-z0-9]{12}$/,
        connectionIdentifier: null,
        contextKeys: [],
      },
    },
    {
      name: 'one of a subscriber who is made by it',
      request: {
        body: {
          ...user,
          endpoint: { userId: 'U0BROUGHT1' },
          subscriberId: 'brought',
          createSubscriberIfMissing: true,
        },
      },
      status: 201,
      contains: { subscriberId: 'brought' },
    },
    {
      name: 'a webhook of the Internet',
      request: { body: webhook('https://hooks.example.com/1') },
      status: 201,
      contains: { type: 'webhook', endpoint: { url: 'https://hooks.example.com/1' } },
    },
    {
      name: 'an integration that there is not',
      request: { body: { ...user, integrationIdentifier: 'none' } },
      status: 404,
      code: 'integration_not_found',
      contains: { message: 'Integration not found: none' },
    },
    {
      name: 'the integration of another environment',
      request: { key: other.apiKey },
      status: 404,
      code: 'integration_not_found',
      contains: { message: 'Integration not found: slack' },
    },
    {
      name: 'a subscriber who is not there',
      request: { body: { ...user, subscriberId: 'none' } },
      status: 404,
      code: 'subscriber_not_found',
      contains: {
        message:
          'Subscriber not found: none. Pass createSubscriberIfMissing: true to create it, or provision it via POST /v1/subscribers.',
      },
    },
    {
      name: 'a connection that there is not',
      request: { body: { ...user, connectionIdentifier: 'none' } },
      status: 404,
      code: 'connection_not_found',
      contains: { message: 'Channel connection not found: none' },
    },
    {
      name: 'the connection of another integration',
      request: { body: { ...user, integrationIdentifier: 'msteams', connectionIdentifier } },
      status: 404,
      code: 'connection_not_found',
    },
    {
      name: 'a type of a provider that latch does not link with',
      request: {
        body: {
          ...user,
          type: 'pagerduty_service',
          endpoint: { routingKey: 'a'.repeat(32), region: 'eu' },
        },
      },
      status: 400,
      code: 'integration_of_another_kind',
      contains: {
        message: 'Channel endpoint type "pagerduty_service" requires a PagerDuty integration',
      },
      lacks: 'aaa',
    },
    {
      name: 'an identifier that is taken',
      request: { body: { ...user, identifier: 'whole', endpoint: { userId: 'U0OTHER' } } },
      status: 409,
      code: 'endpoint_exists',
      contains: {
        message:
          /^Channel endpoint with identifier "whole" already exists in environment "\w{24}"$/,
      },
      lacks: user.endpoint.userId,
    },
    {
      name: 'a second person of one subscriber in a connection',
      request: { body: { ...user, connectionIdentifier, context: { tenant: 'whole' } } },
      status: 409,
      code: 'endpoint_exists',
      contains: {
        message: `A channel endpoint of type "slack_user" already exists for subscriber "${subscriberId}" in connection "${connectionIdentifier}". Endpoint ID: whole`,
      },
      lacks: user.endpoint.userId,
    },
  ])

  const malformed = 'Endpoint must match the required format for type "slack_user"'
  const refused: [string, object, string, ...string[]][] = [
    ['an endpoint of another type', { endpoint: { channelId: 'C' } }, 'endpoint', malformed],
    ['an endpoint with nothing in it', { endpoint: {} }, 'endpoint', malformed],
    ['a user id that is a number', { endpoint: { userId: 1 } }, 'endpoint', malformed],
    ['more than a user id', { endpoint: { userId: 'U', more: 'x' } }, 'endpoint', malformed],
    ['an endpoint that is a text', { endpoint: 'U' }, 'endpoint', 'endpoint must be an object'],
    ['an empty identifier', { identifier: '' }, 'identifier', 'identifier should not be empty'],
    [
      'no subscriber',
      { subscriberId: null },
      'subscriberId',
      'subscriberId should not be null or undefined',
      'subscriberId should not be empty',
      'subscriberId must be a string',
    ],
    [
      'more contexts than five',
      { context: { a: '1', b: '2', c: '3', d: '4', e: '5', f: '6' } },
      'context',
      'Too many contexts: 6 provided, maximum allowed is 5',
    ],
    [
      'a webhook that is a script',
      webhook('javascript:alert(1)'),
      'endpoint',
      'endpoint.url must be an http or https URL',
    ],
    [
      'a webhook without a scheme',
      webhook('hooks.example.com/1'),
      'endpoint',
      'endpoint.url must be an http or https URL',
    ],
    [
      'a webhook with a password',
      webhook('https://user:pass@hooks.example.com/1'),
      'endpoint',
      'endpoint.url must not contain a user name or password',
    ],
    [
      'a webhook at the cloud’s metadata service',
      webhook('http://169.254.169.254/latest/meta-data'),
      'endpoint',
      'endpoint.url must not be an internal address, such as one that is private or link-local',
    ],
  ]
  testCases(service, { method: 'POST', path: PATH }, [
    ...refused.map(([name, changes, field, ...messages]) => ({
      name,
      request: { body: { ...user, ...changes } },
      ...refusedField(field, ...messages),
    })),
    {
      name: 'a chat user of another subscriber',
      request: { body: { ...user, subscriberId: 'brought' } },
      status: 409,
      code: 'linked_to_another_subscriber',
      contains: {
        message:
          /^This chat user is already linked to subscriber "subscriber-123" in the same context\. Endpoint ID: chendp_\w{12}$/,
      },
    },
    {
      name: 'a type that there is not',
      request: { body: { ...user, type: 'pigeon' } },
      status: 422,
      contains: {
        errors: {
          type: {
            messages: [
              /^type must be one of the following values: slack_channel, slack_user, .*, tool_webhook$/,
            ],
            value: 'pigeon',
          },
        },
      },
    },
  ])

  test('stores nothing of what it refuses, nor its contexts', async () => {
    const list = await service.api('GET', `${PATH}?limit=100`)
    expect(list.body).toMatchObject({ totalCount: 4 })
    const contexts = await service.api('GET', '/v2/contexts?limit=100')
    expect((contexts.body as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual([
      'whole',
    ])
  })

  test('stores the subscriber whom it makes', async () => {
    const { status, body } = await service.api('GET', '/v2/subscribers/brought')
    expect([status, body]).toMatchObject([200, { subscriberId: 'brought' }])
  })

  test('links one of two at once in a connection, and tells the other who it was', async () => {
    const made = await service.api('POST', '/v1/channel-connections', {
      integrationIdentifier: 'slack',
      identifier: 'theirs',
      subscriberId: 'brought',
      workspace: { id: 'T0THEIRS' },
      auth: { accessToken: 'xoxb-theirs' },
    })
    expect(made.status).toBe(201)
    const body = { ...user, subscriberId: 'brought', connectionIdentifier: 'theirs' }
    const answers = await Promise.all(
      ['one', 'two'].map((identifier) => service.api('POST', PATH, { ...body, identifier })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
    const linked = answers.find(({ status }) => status === 201)?.body as { identifier: string }
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      message: expect.stringContaining(`in connection "theirs". Endpoint ID: ${linked.identifier}`),
    })
  })
})
