import { afterAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

for (const id of ['eu-1', 'us-1']) await service.api('POST', '/v2/contexts', { type: 'region', id })
await service.api('POST', '/v1/channel-endpoints', {
  type: 'slack_user',
  endpoint: { userId: 'U0ADA00001' },
  subscriberId: 'subscriber-123',
  integrationIdentifier: 'slack',
  identifier: 'in-region',
  context: { region: 'us-1' },
})

const notFound = {
  status: 404,
  code: 'context_not_found',
  contains: { message: /^Context with id 'eu-1' and type 'region' not found in environment / },
}

describe('DELETE /v2/contexts/{type}/{id}', () => {
  testCases(service, { method: 'DELETE', path: '/v2/contexts/region/eu-1' }, [
    { name: 'the context of another environment', request: { key: other.apiKey }, ...notFound },
    {
      name: 'the id of another type',
      request: { path: '/v2/contexts/tenant/eu-1' },
      status: 404,
      code: 'context_not_found',
    },
    {
      name: 'an id that is not UTF-8',
      request: { path: '/v2/contexts/region/%FF' },
      ...refusedField('id', 'id must be a string'),
    },
    { name: 'a context', status: 204, contains: /^$/, headers: { 'content-type': null } },
    { name: 'a deleted context', ...notFound },
    {
      name: 'one that an endpoint belongs to',
      request: { path: '/v2/contexts/region/us-1' },
      status: 204,
    },
  ])

  test('leaves the context key of an endpoint unchanged', async () => {
    const { body } = await service.api('GET', '/v1/channel-endpoints/in-region')
    expect(body).toMatchObject({ contextKeys: ['region:us-1'] })
  })
})
