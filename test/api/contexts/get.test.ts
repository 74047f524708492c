import { afterAll, describe } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

const region = { type: 'region', id: 'eu-1', data: { name: 'Europe' } }
await service.api('POST', '/v2/contexts', region)

const notFound = (type: string, id: string) => ({
  status: 404,
  code: 'context_not_found',
  contains: {
    message: new RegExp(
      `^Context with id '${id}' and type '${type}' not found in environment \\w{24}$`,
    ),
  },
  lacks: 'Europe',
})

describe('GET /v2/contexts/{type}/{id}', () => {
  testCases(service, { method: 'GET', path: '/v2/contexts/region/eu-1' }, [
    {
      name: 'a context',
      status: 200,
      contains: { ...region, createdAt: /^20.*Z$/, updatedAt: /^20.*Z$/ },
      lacks: ['_id', 'nvironment', 'key'],
    },
    {
      name: 'an unknown id',
      request: { path: '/v2/contexts/region/us-1' },
      ...notFound('region', 'us-1'),
    },
    {
      name: 'the id of another type',
      request: { path: '/v2/contexts/tenant/eu-1' },
      ...notFound('tenant', 'eu-1'),
    },
    {
      name: 'type and id the other way round',
      request: { path: '/v2/contexts/eu-1/region' },
      ...notFound('eu-1', 'region'),
    },
    {
      name: 'the context of another environment',
      request: { key: other.apiKey },
      ...notFound('region', 'eu-1'),
      contains: { message: new RegExp(other.id) },
    },
    {
      name: 'an id that is not UTF-8',
      request: { path: '/v2/contexts/region/%FF' },
      ...refusedField('id', 'id must be a string'),
    },
  ])
})
