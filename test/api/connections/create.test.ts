import { afterAll, describe, expect, test } from 'bun:test'
import { testCases } from '../../harness/cases.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

const { subscriberId, integrationIdentifier } = SANDBOX
const content = {
  workspace: { id: 'T0MINE', name: 'Mine' },
  auth: { accessToken: 'xoxb-mine' },
}
const connection = { integrationIdentifier, ...content }
const CREATE = { method: 'POST', path: '/v1/channel-connections', body: connection }

const create = (body: object) => service.api(CREATE.method, CREATE.path, { ...connection, ...body })
let count = 0
/** A context of its own, as of an owner there can be one connection only. */
const ownContext = (): { context: Record<string, string> } => {
  count += 1
  return { context: { way: `n${count}` } }
}
const asked = (body: object, context: object = ownContext()) => ({
  request: { body: { ...connection, ...context, ...body } },
})

describe('POST /v1/channel-connections', () => {
  const rotating = { accessToken: 'a', refreshToken: 'r' }
  testCases(service, CREATE, [
    {
      name: 'a connection with every optional field',
      ...asked({
        identifier: 'whole',
        subscriberId,
        context: { tenant: { id: 'whole', data: { plan: 'pro' } } },
        connectionMode: 'subscriber',
        workspace: { id: 'T0WHOLE', name: 'Whole', botUserId: 'B0WHOLE' },
        auth: { accessToken: 'xoxb-whole', expiresAt: '2999-01-01T00:00:00.000Z' },
      }),
      status: 201,
      contains: {
        identifier: 'whole',
        channel: 'chat',
        providerId: 'slack',
        integrationIdentifier,
        subscriberId,
        contextKeys: ['tenant:whole'],
        workspace: { id: 'T0WHOLE', name: 'Whole', botUserId: 'B0WHOLE' },
        auth: {
          accessToken: 'xoxb-whole',
          expiresAt: '2999-01-01T00:00:00.000Z',
          refreshToken: undefined,
        },
        pending: undefined,
        createdAt: /^20.*Z$/,
        updatedAt: /^20.*Z$/,
      },
      lacks: ['_id', 'nvironment', 'plan'],
    },
    {
      name: 'one of a subscriber, with a generated identifier',
      ...asked({ subscriberId }),
      status: 201,
      contains: { identifier: /^chconn_[A-Za-z0-9]{12}$/, subscriberId, contextKeys: [/^way:/] },
    },
    {
      name: 'a shared one does not belong to the given subscriber',
      ...asked({ subscriberId, connectionMode: 'shared' }),
      status: 201,
      contains: { subscriberId: null, contextKeys: [/^way:/] },
    },
    {
      name: 'a refresh token, of a provider that rotates tokens',
      ...asked({ auth: rotating }),
      status: 201,
      contains: { auth: { ...rotating, expiresAt: /^20.*Z$/ } },
    },
    {
      name: 'a refresh token, of a provider that does not',
      ...asked({ auth: rotating, integrationIdentifier: 'msteams' }),
      status: 400,
      code: 'rotation_not_supported',
      contains: {
        message:
          'Token rotation is not supported for provider "msteams". Remove refreshToken from the connection auth.',
      },
      lacks: '"r"',
    },
    {
      name: 'a refresh token, for an integration without credentials',
      status: 400,
      code: 'integration_without_credentials',
      contains: /must have clientId and secretKey configured to store a rotating refresh token/,
      before: async () => {
        const bare = { providerId: 'slack', channel: 'chat', identifier: 'bare' }
        expect((await service.api('POST', '/v1/integrations', bare)).status).toBe(201)
        return asked({ auth: rotating, integrationIdentifier: 'bare' }).request
      },
    },
    {
      name: 'neither a subscriberId nor a context',
      status: 400,
      code: 'owner_required',
      contains: { message: 'Either subscriberId or context must be provided' },
    },
    {
      name: 'a shared one without a context',
      ...asked({ subscriberId, connectionMode: 'shared' }, {}),
      status: 400,
      code: 'context_required',
      contains: { message: 'context is required when connectionMode is "shared"' },
    },
    {
      name: 'one of a subscriber, without a subscriberId',
      ...asked({ connectionMode: 'subscriber' }),
      status: 400,
      code: 'subscriber_required',
      contains: { message: 'subscriberId is required when connectionMode is "subscriber"' },
    },
    {
      name: 'an unknown integration',
      ...asked({ integrationIdentifier: 'none' }),
      status: 404,
      code: 'integration_not_found',
      contains: { message: 'Integration not found: none' },
    },
    {
      name: 'an unknown subscriber',
      ...asked({ subscriberId: 'none' }),
      status: 404,
      code: 'subscriber_not_found',
      contains: { message: 'Subscriber not found: none' },
    },
    {
      name: 'an owner who already has one',
      status: 409,
      code: 'connection_of_owner_exists',
      contains: {
        message:
          'A channel connection already exists for integration "slack" with no subscriberId and context [tenant:taken]. Connection ID: taken',
      },
      lacks: 'xoxb',
      headers: { 'retry-after': null, link: null },
      before: async () => {
        const body = { context: { tenant: 'taken' } }
        expect((await create({ ...body, identifier: 'taken' })).status).toBe(201)
        return asked(body).request
      },
    },
    {
      name: 'an identifier that is taken',
      status: 409,
      code: 'connection_exists',
      contains: /Channel connection with identifier "again" already exists in environment/,
      before: async () => {
        expect((await create({ ...ownContext(), identifier: 'again' })).status).toBe(201)
        return asked({ identifier: 'again' }).request
      },
    },
    {
      name: 'every field that is missing, including nested ones',
      request: { body: { workspace: {}, auth: {} } },
      status: 422,
      code: 'validation_failed',
      contains: {
        errors: Object.fromEntries(
          ['integrationIdentifier', 'workspace.id', 'auth.accessToken'].map((field) => [
            field,
            {
              messages: [`${field} should not be null or undefined`, `${field} must be a string`],
            },
          ]),
        ),
      },
    },
    ...[
      { identifier: 'a\0b' },
      { workspace: { id: 'T\0' } },
      { auth: { accessToken: 'xoxb-\0' } },
    ].map((body) => ({
      name: `U+0000 in ${Object.keys(body).join()}`,
      ...asked({ ...body, subscriberId }),
      status: 422,
      contains: 'U+0000',
      lacks: '\0',
    })),
  ])
})

describe('a connection', () => {
  test('is created by one of several requests for the same owner, and the others get its name', async () => {
    const body = { context: { way: 'race' }, connectionMode: 'shared' }
    const answers = await Promise.all([create(body), create(body), create(body)])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
    const made = answers.find(({ status }) => status === 201)?.body as { identifier: string }
    for (const { body: refused } of answers.filter(({ status }) => status === 409)) {
      expect((refused as { message: string }).message).toEndWith(
        `with no subscriberId and context [way:race]. Connection ID: ${made.identifier}`,
      )
    }
  })

  test('is created by one of two requests for the same identifier', async () => {
    const answers = await Promise.all(
      ['one', 'two'].map((way) => create({ identifier: 'same', subscriberId, context: { way } })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  })
})
