import { afterAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

const PATH = '/v1/channel-endpoints'
for (const identifier of ['ada', 'kept']) {
  await service.api('POST', PATH, {
    identifier,
    type: 'slack_user',
    endpoint: { userId: 'U0ADA00001' },
    subscriberId: SANDBOX.subscriberId,
    integrationIdentifier: 'slack',
  })
}
const notFound = (identifier: string) => ({
  status: 404,
  code: 'endpoint_not_found',
  contains: { message: `Channel endpoint with identifier '${identifier}' not found` },
  lacks: 'U0ADA00001',
})

describe('DELETE /v1/channel-endpoints/{identifier}', () => {
  testCases(service, { method: 'DELETE', path: `${PATH}/ada` }, [
    {
      name: 'the endpoint of another environment',
      request: { key: other.apiKey },
      ...notFound('ada'),
    },
    {
      name: 'an unknown identifier',
      request: { path: `${PATH}/none` },
      ...notFound('none'),
    },
    {
      name: 'an identifier that is not UTF-8',
      request: { path: `${PATH}/%FF` },
      ...refusedField('identifier', 'identifier must be a string'),
    },
    { name: 'an endpoint', status: 204, contains: /^$/, headers: { 'content-type': null } },
    { name: 'a deleted endpoint', ...notFound('ada') },
  ])

  test('deletes no other endpoint', async () => {
    expect(await service.endpoints()).toMatchObject([{ identifier: 'kept' }])
  })
})
