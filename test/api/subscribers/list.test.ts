import { afterAll, describe } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

for (const subscriber of [
  { subscriberId: 'ada', firstName: 'Ada', lastName: 'King', email: 'ada@example.com' },
  { subscriberId: 'grace', firstName: 'Grace', lastName: 'Hopper', phone: '+1212' },
  { subscriberId: 'adele', firstName: 'Adele', email: 'adele@example.com' },
]) {
  // Lists are in the order of creation.
  service.advance(1)
  await service.api('POST', '/v2/subscribers', subscriber)
}
await service.api(
  'POST',
  '/v2/subscribers',
  { subscriberId: 'theirs', firstName: 'Ada', email: 'ada@example.com' },
  { authorization: `ApiKey ${other.apiKey}` },
)

/** A list of these, and of nobody else. */
const lists = (...ids: string[]) => ({
  status: 200,
  contains: {
    data: ids.map((subscriberId) => ({ subscriberId })),
    totalCount: ids.length,
    totalCountCapped: false,
  },
  lacks: 'theirs',
})

describe('GET /v2/subscribers', () => {
  const path = '/v2/subscribers'
  testCases(service, { method: 'GET', path }, [
    {
      name: 'all of the environment, newest first',
      ...lists('adele', 'grace', 'ada', SANDBOX.subscriberId),
    },
    {
      name: 'by another environment’s key, its own',
      request: { key: other.apiKey },
      ...lists('theirs'),
      lacks: ['adele', 'grace', SANDBOX.subscriberId],
    },
    {
      name: 'a subscriber with every field',
      request: { path: `${path}?subscriberId=grace` },
      status: 200,
      contains: {
        data: [
          {
            _id: /^\w{24}$/,
            _environmentId: /^\w{24}$/,
            _organizationId: /^\w{24}$/,
            subscriberId: 'grace',
            firstName: 'Grace',
            lastName: 'Hopper',
            phone: '+1212',
            email: undefined,
            deleted: false,
            createdAt: /^20.*Z$/,
            updatedAt: /^20.*Z$/,
          },
        ],
        next: null,
        previous: null,
      },
    },
    {
      name: 'by e-mail address',
      request: { path: `${path}?email=ada@example.com` },
      ...lists('ada'),
    },
    { name: 'by phone', request: { path: `${path}?phone=%2B1212` }, ...lists('grace') },
    { name: 'by a part of the name', request: { path: `${path}?name=ADA%20K` }, ...lists('ada') },
    {
      name: 'by a part of several names',
      request: { path: `${path}?name=ad` },
      ...lists('adele', 'ada'),
    },
    {
      name: 'with a SQL wildcard in a part',
      request: { path: `${path}?name=%25` },
      ...lists(),
    },
    {
      name: 'by several at once',
      request: { path: `${path}?name=ad&email=adele@example.com` },
      ...lists('adele'),
    },
    {
      name: 'the oldest first',
      request: { path: `${path}?name=ad&orderDirection=ASC` },
      ...lists('ada', 'adele'),
    },
    {
      name: 'a page of one, requested as Python clients do',
      request: { path: `${path}?limit=1.0` },
      status: 200,
      contains: {
        data: [{ subscriberId: 'adele' }],
        next: /^\w{24}$/,
        previous: null,
        totalCount: 4,
      },
      lacks: 'grace',
    },
    {
      name: 'an unknown filter, instead of returning everything',
      request: { path: `${path}?mail=ada@example.com` },
      ...refusedField('mail', 'property mail should not exist'),
      lacks: 'King',
    },
    {
      name: 'more than 100',
      request: { path: `${path}?limit=101` },
      ...refusedField('limit', 'limit must be a whole number from 1 to 100'),
    },
    {
      name: 'an unknown order',
      request: { path: `${path}?orderBy=email` },
      ...refusedField(
        'orderBy',
        'orderBy must be one of the following values: _id, createdAt, updatedAt',
      ),
    },
  ])
})
