import { afterAll, describe } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

const ada = { subscriberId: 'ada@example.com', firstName: 'Ada', data: { team: 'a' } }
await service.api('POST', '/v2/subscribers', ada)

const notFound = (subscriberId: string) => ({
  status: 404,
  code: 'subscriber_not_found',
  contains: { message: `Subscriber: ${subscriberId} was not found` },
  lacks: ['Ada', 'team', '_id'],
})

describe('GET /v2/subscribers/{subscriberId}', () => {
  testCases(service, { method: 'GET', path: '/v2/subscribers/ada@example.com' }, [
    {
      name: 'a subscriber',
      status: 200,
      contains: {
        ...ada,
        _id: /^\w{24}$/,
        _environmentId: /^\w{24}$/,
        _organizationId: /^\w{24}$/,
        deleted: false,
        createdAt: /^20.*Z$/,
        updatedAt: /^20.*Z$/,
        email: undefined,
      },
    },
    {
      name: 'the id with its sign encoded',
      request: { path: '/v2/subscribers/ada%40example.com' },
      status: 200,
      contains: ada,
    },
    {
      name: 'an unknown id',
      request: { path: '/v2/subscribers/nobody' },
      ...notFound('nobody'),
    },
    {
      name: 'the subscriber of another environment',
      request: { key: other.apiKey },
      ...notFound('ada@example.com'),
    },
    {
      name: 'an id that is not UTF-8',
      request: { path: '/v2/subscribers/%FF' },
      ...refusedField('subscriberId', 'subscriberId must be a string'),
    },
  ])
})
