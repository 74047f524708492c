import { afterAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

const region = { type: 'region', id: 'eu-1', data: { name: 'Europe' } }
const KB = 1024

describe('POST /v2/contexts', () => {
  testCases(service, { method: 'POST', path: '/v2/contexts' }, [
    {
      name: 'a context',
      request: { body: region },
      status: 201,
      contains: { ...region, createdAt: /^20.*Z$/, updatedAt: /^20.*Z$/ },
      lacks: ['_id', 'nvironment', 'key'],
    },
    {
      name: 'a context without data has an empty object',
      request: { body: { type: 'region', id: 'us-1' } },
      status: 201,
      contains: [{ type: 'region', id: 'us-1' }, '"data":{}'],
    },
    {
      name: 'unknown properties are ignored, and null counts as absent',
      request: {
        body: { type: 'region', id: 'asia', data: null, createdAt: '1999', role: 'admin' },
      },
      status: 201,
      contains: [{ id: 'asia', createdAt: /^20/ }, '"data":{}'],
      lacks: ['1999', 'role', 'admin'],
    },
    {
      name: 'data of 64 KB',
      request: { body: { ...region, id: 'full', data: { a: 'x'.repeat(64 * KB - 8) } } },
      status: 201,
    },
    {
      name: 'the same context in another environment',
      request: { body: { ...region, data: { name: 'Theirs' } }, key: other.apiKey },
      status: 201,
      contains: { ...region, data: { name: 'Theirs' } },
    },
    {
      name: 'a type and id that are taken, whatever the data',
      request: { body: { ...region, data: { name: 'Else' } } },
      status: 409,
      code: 'context_exists',
      contains: {
        message: /^Context with type 'region' and id 'eu-1' already exists in environment \w{24}$/,
      },
      lacks: ['Europe', 'Else'],
    },
    {
      name: 'no body',
      status: 422,
      contains: {
        errors: {
          type: { messages: ['type should not be null or undefined', 'type must be a string'] },
          id: { messages: ['id should not be null or undefined', 'id must be a string'] },
        },
      },
    },
    {
      name: 'an id with a colon, which separates the parts of a key',
      request: { body: { ...region, id: 'eu:1' } },
      ...refusedField('id', 'id must be 1 to 100 letters, digits, hyphens or underscores'),
    },
    {
      name: 'a type of more than 100 letters',
      request: { body: { ...region, type: 't'.repeat(101) } },
      ...refusedField('type', 'type must be 1 to 100 letters, digits, hyphens or underscores'),
    },
    {
      name: 'data that is a list',
      request: { body: { ...region, data: ['Europe'] } },
      ...refusedField('data', 'data must be an object'),
    },
    {
      name: 'data of more than 64 KB',
      request: { body: { type: 'region', id: 'large', data: { a: 'x'.repeat(64 * KB) } } },
      ...refusedField('context', "Context 'region' data is too large: 65KB exceeds 64KB limit"),
    },
  ])

  test('stores and changes no context when it refuses', async () => {
    const { body } = await service.api('GET', '/v2/contexts?limit=100&orderDirection=ASC')
    const { data } = body as { data: { id: string; data: object }[] }
    expect(data.map(({ id }) => id)).toEqual(['eu-1', 'us-1', 'asia', 'full'])
    expect(data[0]?.data).toEqual(region.data)
  })
})
