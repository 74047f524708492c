import { afterAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

const PATH = '/v2/contexts/region/eu-1'
const made = await service.api('POST', '/v2/contexts', {
  type: 'region',
  id: 'eu-1',
  data: { name: 'Europe', open: true },
})
const { createdAt } = made.body as { createdAt: string }
service.advance(1000)

describe('PATCH /v2/contexts/{type}/{id}', () => {
  testCases(service, { method: 'PATCH', path: PATH, body: { data: { name: 'EU' } } }, [
    {
      name: 'replaces the data as a whole',
      status: 200,
      contains: { type: 'region', id: 'eu-1', data: { name: 'EU', open: undefined }, createdAt },
      lacks: ['Europe', `"updatedAt":"${createdAt}"`, '_id', 'nvironment', 'key'],
    },
    {
      name: 'neither type nor id, which are not changed',
      request: { body: { data: { name: 'EU' }, type: 'tenant', id: 'acme' } },
      status: 200,
      contains: { type: 'region', id: 'eu-1' },
      lacks: ['tenant', 'acme'],
    },
    {
      name: 'an unknown context',
      request: { path: '/v2/contexts/region/us-1' },
      status: 404,
      code: 'context_not_found',
      contains: { message: /^Context with id 'us-1' and type 'region' not found in environment / },
    },
    {
      name: 'the context of another environment',
      request: { key: other.apiKey, body: { data: { name: 'Stolen' } } },
      status: 404,
      code: 'context_not_found',
      contains: { message: new RegExp(other.id) },
      lacks: ['"EU"', 'Stolen'],
    },
    {
      name: 'no data',
      request: { body: {} },
      ...refusedField('data', 'data should not be null or undefined', 'data must be an object'),
    },
    {
      name: 'data that is a string',
      request: { body: { data: 'Europe' } },
      ...refusedField('data', 'data must be an object'),
    },
    {
      name: 'data of more than 64 KB',
      request: { body: { data: { a: 'x'.repeat(64 * 1024) } } },
      ...refusedField('context', "Context 'region' data is too large: 65KB exceeds 64KB limit"),
    },
    {
      name: 'a type that is not UTF-8',
      request: { path: '/v2/contexts/%FF/eu-1' },
      ...refusedField('type', 'type must be a string'),
    },
  ])

  test('changes nothing when it refuses', async () => {
    const { body } = await service.api('GET', PATH)
    expect(body).toMatchObject({ data: { name: 'EU' } })
  })
})
