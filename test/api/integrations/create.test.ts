import { afterAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

const PATH = '/v1/integrations'
const slack = { providerId: 'slack', channel: 'chat' }
const SECRETS = { clientId: '1000000000009.8', secretKey: 'very-secret' }
const settings = { redirectUrl: 'https://app.example.com/done', hmac: true }

describe('POST /v1/integrations', () => {
  testCases(service, { method: 'POST', path: PATH, body: slack }, [
    {
      name: 'an integration with every field, without its credentials',
      request: {
        body: {
          ...slack,
          name: 'Slack (EU)',
          identifier: 'whole',
          active: true,
          credentials: SECRETS,
          configurations: settings,
        },
      },
      status: 201,
      contains: {
        _id: /^\w{24}$/,
        _environmentId: /^\w{24}$/,
        _organizationId: /^\w{24}$/,
        ...slack,
        name: 'Slack (EU)',
        identifier: 'whole',
        active: true,
        configurations: settings,
        credentials: undefined,
        deleted: false,
        primary: false,
        conditions: [],
      },
      lacks: Object.values(SECRETS),
    },
    {
      name: 'the provider’s name, and an identifier derived from it, if none is given',
      status: 201,
      contains: { name: 'Slack', identifier: /^slack-[A-Za-z0-9]{12}$/, active: false },
    },
    {
      name: 'an identifier from the name',
      request: { body: { ...slack, name: 'Slack (EU)!' } },
      status: 201,
      contains: { name: 'Slack (EU)!', identifier: /^slack-eu-[A-Za-z0-9]{12}$/ },
    },
    {
      name: 'settings among the credentials',
      request: { body: { ...slack, credentials: { ...SECRETS, ...settings } } },
      status: 201,
      contains: { configurations: settings, credentials: undefined },
      lacks: Object.values(SECRETS),
    },
    {
      name: 'an identifier that is taken in another environment',
      request: { body: { ...slack, identifier: 'whole' }, key: other.apiKey },
      status: 201,
      contains: { identifier: 'whole', _environmentId: other.id },
    },
    {
      name: 'an identifier that is taken',
      request: {
        body: { ...slack, identifier: 'whole', credentials: { clientId: '1000000000009.9' } },
      },
      status: 409,
      code: 'integration_exists',
      contains: { message: 'Integration with identifier already exists' },
      lacks: ['1000000000009.8', '1000000000009.9'],
    },
    {
      name: 'the id of another environment',
      request: { body: { ...slack, _environmentId: other.id } },
      status: 403,
      code: 'other_environment',
      contains: { message: /^API key authentication is scoped to a single environment/ },
    },
    {
      name: 'an unknown provider',
      request: { body: { ...slack, providerId: 'fax' } },
      ...refusedField(
        'providerId',
        'providerId must be one of the following values: slack, msteams',
      ),
    },
    {
      name: 'another channel',
      request: { body: { ...slack, channel: 'email' } },
      ...refusedField('channel', 'channel must be one of the following values: chat'),
    },
    {
      name: 'no provider',
      request: { body: { channel: 'chat' } },
      ...refusedField(
        'providerId',
        'providerId should not be null or undefined',
        'providerId must be a string',
      ),
    },
    {
      name: 'an empty identifier',
      request: { body: { ...slack, identifier: '' } },
      ...refusedField('identifier', 'identifier should not be empty'),
    },
    {
      name: 'a redirect URL that is not safe',
      request: { body: { ...slack, configurations: { redirectUrl: 'http://app.example.com' } } },
      ...refusedField(
        'configurations.redirectUrl',
        'redirectUrl must be an https address, with no user and no fragment',
      ),
    },
    {
      name: '`active` as a string',
      request: { body: { ...slack, active: 'true' } },
      ...refusedField('active', 'active must be a boolean value'),
    },
  ])

  test('stores the credentials sealed, and nothing when it refuses', async () => {
    const file = await Bun.file(`${service.databaseFile}-wal`).text()
    expect(file).toContain('whole')
    expect(file).not.toContain('very-secret')
    const { body } = await service.api('GET', PATH)
    // Those of the sandbox, and the four above.
    expect((body as { data: object[] }).data).toHaveLength(2 + 4)
  })

  test('creates one of two concurrent integrations with the same identifier', async () => {
    const body = { ...slack, identifier: 'contended' }
    const answers = await Promise.all([1, 2].map(() => service.api('POST', PATH, body)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  })
})
