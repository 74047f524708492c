import { afterAll, describe } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

for (const [type, id] of [
  ['region', 'eu-1'],
  ['tenant', 'acme'],
  ['tenant', 'eu-2'],
] as const) {
  await service.api('POST', '/v2/contexts', { type, id, data: { name: id } })
  // Lists are in the order of creation.
  service.advance(1)
}
await service.api(
  'POST',
  '/v2/contexts',
  { type: 'region', id: 'theirs' },
  { authorization: `ApiKey ${other.apiKey}` },
)

/** A list of these, and of no others. */
const lists = (...ids: string[]) => ({
  status: 200,
  contains: { data: ids.map((id) => ({ id })), totalCount: ids.length, totalCountCapped: false },
})
describe('GET /v2/contexts', () => {
  const path = '/v2/contexts'
  testCases(service, { method: 'GET', path }, [
    {
      name: 'all of the environment, newest first',
      ...lists('eu-2', 'acme', 'eu-1'),
      lacks: ['theirs', '_id', 'nvironment', 'key'],
    },
    {
      name: 'by another environment’s key, its own',
      request: { key: other.apiKey },
      ...lists('theirs'),
      lacks: ['acme', 'eu-1'],
    },
    { name: 'by id', request: { path: `${path}?id=acme` }, ...lists('acme') },
    {
      name: 'by a part of the id',
      request: { path: `${path}?search=EU-` },
      ...lists('eu-2', 'eu-1'),
    },
    {
      name: 'by a part of the type',
      request: { path: `${path}?search=ENAN` },
      ...lists('eu-2', 'acme'),
    },
    {
      name: 'with a SQL wildcard in a part',
      request: { path: `${path}?search=%25` },
      ...lists(),
    },
    { name: 'by an unknown id', request: { path: `${path}?id=none` }, ...lists() },
    {
      name: 'the oldest first, by time of creation',
      request: { path: `${path}?orderBy=_id&orderDirection=ASC` },
      ...lists('eu-1', 'acme', 'eu-2'),
    },
    {
      name: 'a page of one, requested as Python clients do',
      request: { path: `${path}?limit=1.0` },
      status: 200,
      contains: { data: [{ id: 'eu-2' }], next: /^\w{24}$/, previous: null, totalCount: 3 },
      lacks: 'acme',
    },
    {
      name: 'an unknown filter, instead of returning everything',
      request: { path: `${path}?type=tenant` },
      ...refusedField('type', 'property type should not exist'),
    },
    {
      name: 'more than 100',
      request: { path: `${path}?limit=101` },
      ...refusedField('limit', 'limit must be a whole number from 1 to 100'),
    },
    {
      name: 'an unknown order',
      request: { path: `${path}?orderBy=name` },
      ...refusedField(
        'orderBy',
        'orderBy must be one of the following values: _id, createdAt, updatedAt',
      ),
    },
    {
      name: 'a cursor in both directions',
      request: { path: `${path}?after=a&before=b` },
      ...refusedField('before', 'before and after cannot be used together'),
    },
  ])
})
