import { afterAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

await service.api('POST', '/v2/subscribers', { subscriberId: 'ada', firstName: 'Ada' })
const many = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({ subscriberId: `many-${index}` }))
const BAD_ID =
  'SubscriberId must be a valid email address or a string of alphanumeric characters, hyphens, and underscores'

describe('POST /v1/subscribers/bulk', () => {
  const path = '/v1/subscribers/bulk'
  testCases(service, { method: 'POST', path }, [
    {
      name: 'the result of each',
      request: {
        body: {
          subscribers: [
            { subscriberId: 'ada', lastName: 'King' },
            { subscriberId: 'grace', email: 'grace@example.com' },
            { subscriberId: 'no spaces' },
            { subscriberId: 'wrong', email: 'no' },
            { firstName: 'Nobody' },
            'grace',
            null,
          ],
        },
      },
      status: 201,
      contains: {
        updated: [{ subscriberId: 'ada' }],
        created: [{ subscriberId: 'grace' }],
        failed: [
          { subscriberId: 'no spaces', message: BAD_ID },
          { subscriberId: 'wrong', message: 'email must be an email' },
          { message: BAD_ID, subscriberId: undefined },
          { message: BAD_ID, subscriberId: undefined },
          { message: BAD_ID, subscriberId: undefined },
        ],
      },
      lacks: ['grace@example.com', 'King', 'Nobody', '_id'],
    },
    {
      name: 'one who is listed twice is created, and then updated',
      request: {
        body: {
          subscribers: [
            { subscriberId: 'twice', firstName: 'First' },
            { subscriberId: ' twice', lastName: 'Last' },
          ],
        },
      },
      status: 201,
      contains: {
        created: [{ subscriberId: 'twice' }],
        updated: [{ subscriberId: 'twice' }],
        failed: [],
      },
    },
    {
      name: 'the same id in another environment is somebody else',
      request: { key: other.apiKey, body: { subscribers: [{ subscriberId: 'ada' }] } },
      status: 201,
      contains: { created: [{ subscriberId: 'ada' }], updated: [] },
    },
    {
      name: 'none',
      request: { body: { subscribers: [] } },
      status: 201,
      contains: { created: [], updated: [], failed: [] },
    },
    {
      name: 'five hundred',
      request: { body: { subscribers: many(500) } },
      status: 201,
      contains: '{"subscriberId":"many-499"}',
    },
    {
      name: 'more than five hundred',
      request: { body: { subscribers: many(501) } },
      ...refusedField('subscribers', 'subscribers must contain no more than 500 elements'),
    },
    {
      name: 'no list',
      request: { body: {} },
      ...refusedField('subscribers', 'subscribers must contain no more than 500 elements'),
    },
  ])

  test('keeps what is not sent, and stores nobody whom it reports as failed', async () => {
    const read = (id: string) => service.api('GET', `/v2/subscribers/${id}`)
    expect((await read('ada')).body).toMatchObject({ firstName: 'Ada', lastName: 'King' })
    expect((await read('twice')).body).toMatchObject({ firstName: 'First', lastName: 'Last' })
    expect((await read('wrong')).status).toBe(404)
  })
})
