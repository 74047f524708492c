import { afterAll, describe } from 'bun:test'
import { testCases } from '../../harness/cases.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

const { connectionIdentifier } = SANDBOX

describe('GET /v1/channel-connections/:identifier', () => {
  const path = '/v1/channel-connections/'
  testCases(service, { method: 'GET', path: path + connectionIdentifier }, [
    {
      name: 'a connection, with its token',
      status: 200,
      contains: {
        identifier: connectionIdentifier,
        channel: 'chat',
        providerId: 'slack',
        integrationIdentifier: 'slack',
        workspace: { id: 'T0ACME0001' },
        auth: { accessToken: /^xoxb-/ },
        pending: undefined,
      },
      lacks: ['_id', 'nvironment', 'redacted'],
    },
    {
      name: 'to a key that can only read: without its token',
      status: 200,
      contains: { identifier: connectionIdentifier, auth: { accessToken: '[redacted]' } },
      lacks: 'xoxb-',
      before: async () => ({ key: await service.addKey({ permissions: ['read'] }) }),
    },
    {
      name: 'an unknown one',
      request: { path: `${path}none` },
      status: 404,
      code: 'connection_not_found',
      contains: { message: "Channel connection with identifier 'none' not found" },
    },
    {
      name: 'one of another environment',
      status: 404,
      code: 'connection_not_found',
      lacks: 'xoxb-',
      before: async () => {
        const { store, random, clock } = service.deps
        const id = random.recordId(clock())
        const other = { id, organizationId: 'o', name: 'b', createdAtMs: clock() }
        await store.commit([store.environments.insert(other)])
        return { key: await service.addKey({ environmentId: id }) }
      },
    },
    {
      name: 'an identifier that is not UTF-8',
      request: { path: `${path}%FF` },
      status: 422,
      code: 'validation_failed',
      contains: { errors: { identifier: {} } },
    },
  ])
})
