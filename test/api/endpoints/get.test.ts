import { afterAll, describe } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)
const readOnly = await service.addKey({ permissions: ['read'] })

const PATH = '/v1/channel-endpoints'
const { subscriberId, connectionIdentifier } = SANDBOX
const owned = { subscriberId, integrationIdentifier: 'slack' }
await service.api('POST', PATH, {
  ...owned,
  identifier: 'ada',
  type: 'slack_user',
  endpoint: { userId: 'U0ADA00001' },
  connectionIdentifier,
  context: { tenant: 'acme' },
})
await service.api('POST', PATH, {
  ...owned,
  identifier: 'hook',
  type: 'webhook',
  endpoint: { url: 'https://hooks.example.com/secret-path', channel: '#general' },
})
const notFound = (identifier: string) => ({
  status: 404,
  code: 'endpoint_not_found',
  contains: { message: `Channel endpoint with identifier '${identifier}' not found` },
  lacks: ['U0ADA00001', 'nvironment'],
})

describe('GET /v1/channel-endpoints/{identifier}', () => {
  testCases(service, { method: 'GET', path: `${PATH}/ada` }, [
    {
      name: 'an endpoint',
      status: 200,
      contains: {
        identifier: 'ada',
        channel: 'chat',
        providerId: 'slack',
        integrationIdentifier: 'slack',
        connectionIdentifier,
        subscriberId,
        contextKeys: ['tenant:acme'],
        type: 'slack_user',
        endpoint: { userId: 'U0ADA00001' },
        createdAt: /^20.*Z$/,
        updatedAt: /^20.*Z$/,
      },
      lacks: ['pending', '_id', 'nvironment', 'kind', 'xox'],
    },
    {
      name: 'a webhook without its URL, to a key that can only read',
      request: { path: `${PATH}/hook`, key: readOnly },
      status: 200,
      contains: { identifier: 'hook', endpoint: { url: '[redacted]', channel: '#general' } },
      lacks: ['hooks.example.com', 'secret-path'],
    },
    {
      name: 'an unknown identifier',
      request: { path: `${PATH}/none` },
      ...notFound('none'),
    },
    {
      name: 'an identifier in another case',
      request: { path: `${PATH}/ADA` },
      ...notFound('ADA'),
    },
    {
      name: 'the endpoint of another environment',
      request: { key: other.apiKey },
      ...notFound('ada'),
    },
    {
      name: 'an identifier that is not UTF-8',
      request: { path: `${PATH}/%FF` },
      ...refusedField('identifier', 'identifier must be a string'),
    },
  ])
})
