import { afterAll, describe, expect, test } from 'bun:test'
import { responsesOf } from '../../../src/http/responses.ts'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

const PATH = '/v1/integrations'
const made = await service.api('POST', PATH, {
  providerId: 'slack',
  channel: 'chat',
  credentials: { clientId: '1000000000009.8', secretKey: 'very-secret' },
})
const { _id: id } = made.body as { _id: string }
const unknown = 'a'.repeat(24)
const notFound = (of: string) => ({
  status: 404,
  code: 'integration_not_found',
  contains: { message: `Integration with id ${of} not found` },
  lacks: ['Slack', 'very-secret'],
})

describe('POST /v1/integrations/{integrationId}/set-primary', () => {
  testCases(service, { method: 'POST', path: `${PATH}/${id}/set-primary` }, [
    {
      name: 'a chat integration, which cannot be primary',
      status: 400,
      code: 'no_primary',
      contains: { message: 'Channel chat does not support primary' },
      lacks: 'very-secret',
    },
    {
      name: 'a body makes no difference',
      request: { body: { primary: true } },
      status: 400,
      code: 'no_primary',
    },
    {
      name: 'an unknown id',
      request: { path: `${PATH}/${unknown}/set-primary` },
      ...notFound(unknown),
    },
    {
      name: 'the integration of another environment',
      request: { key: other.apiKey },
      ...notFound(id),
    },
    {
      name: 'an invalid id',
      request: { path: `${PATH}/nope/set-primary` },
      ...refusedField('integrationId', 'integrationId must be a mongodb id'),
    },
  ])

  test('declares no success, as it never has one', () => {
    const route = service.operations.find(({ path }) => path.endsWith('/set-primary'))
    if (route === undefined) throw new Error('there is no such operation')
    const statuses = [...responsesOf(route.method, route.declaration).keys()]
    expect(statuses.filter((status) => status < 400)).toEqual([])
  })
})
