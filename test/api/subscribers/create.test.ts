import { afterAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

const PATH = '/v2/subscribers'
const ONLY_NEW = `${PATH}?failIfExists=true`
const PROFILE = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  email: 'ada@example.com',
  phone: '+4930',
  avatar: 'https://example.com/ada.png',
  locale: 'en',
  timezone: 'Europe/London',
  data: { team: 'a', nested: { list: [1, null] } },
}
const BAD_ID =
  'SubscriberId must be a valid email address or a string of alphanumeric characters, hyphens, and underscores'

describe('POST /v2/subscribers', () => {
  testCases(service, { method: 'POST', path: PATH, body: { subscriberId: 'ada' } }, [
    {
      name: 'a subscriber with every field',
      request: { body: { subscriberId: 'ada', ...PROFILE } },
      status: 201,
      contains: {
        _id: /^\w{24}$/,
        _environmentId: /^\w{24}$/,
        _organizationId: /^\w{24}$/,
        subscriberId: 'ada',
        ...PROFILE,
        deleted: false,
        createdAt: /^20.*Z$/,
        updatedAt: /^20.*Z$/,
      },
    },
    {
      name: 'an existing one gets the fields that are sent, and keeps the others',
      request: { body: { subscriberId: 'ada', lastName: 'King', phone: null } },
      status: 201,
      contains: { ...PROFILE, lastName: 'King' },
      lacks: 'Lovelace',
    },
    {
      name: 'spaces around the id are not part of it',
      request: { body: { subscriberId: '  spaced ' } },
      status: 201,
      contains: { subscriberId: 'spaced', firstName: undefined },
    },
    {
      name: 'an e-mail address as the id',
      request: { body: { subscriberId: 'ada@example.com' } },
      status: 201,
      contains: { subscriberId: 'ada@example.com', email: undefined },
    },
    {
      name: 'read-only and unknown properties are ignored',
      request: { body: { subscriberId: 'own', _id: 'mine', deleted: true, role: 'admin' } },
      status: 201,
      contains: { _id: /^\w{24}$/, deleted: false },
      lacks: ['mine', 'role', 'admin'],
    },
    {
      name: 'the same id in another environment is somebody else',
      request: { key: other.apiKey },
      status: 201,
      contains: { subscriberId: 'ada', firstName: undefined, _environmentId: other.id },
      lacks: 'King',
    },
    {
      name: 'a new one, with failIfExists',
      request: { path: ONLY_NEW, body: { subscriberId: 'new' } },
      status: 201,
      contains: { subscriberId: 'new' },
    },
    {
      name: 'an existing one, with failIfExists',
      request: { path: ONLY_NEW, body: { subscriberId: ' ada', firstName: 'Eve' } },
      status: 409,
      code: 'subscriber_exists',
      contains: { message: 'Subscriber with id "ada" already exists' },
      lacks: ['King', 'Eve', 'example.com'],
    },
    { name: 'no body', request: { body: undefined }, ...refusedField('subscriberId', BAD_ID) },
    {
      name: 'an id with a space in it',
      request: { body: { subscriberId: 'a b' } },
      ...refusedField('subscriberId', BAD_ID),
    },
    {
      name: 'an id of more than 256 letters',
      request: { body: { subscriberId: 'x'.repeat(257) } },
      ...refusedField('subscriberId', BAD_ID),
    },
    {
      // The text would be cut off when it is read back.
      name: 'an id with U+0000 in it',
      request: { body: { subscriberId: 'nul@example.com\0evil' } },
      ...refusedField('subscriberId', 'subscriberId must not contain the character U+0000'),
    },
    {
      name: 'a name with U+0000 in it',
      request: { body: { subscriberId: 'nul', firstName: 'A\0B' } },
      ...refusedField('firstName', 'firstName must not contain the character U+0000'),
    },
    {
      name: 'an invalid e-mail address',
      request: { body: { subscriberId: 'ada', email: 'no' } },
      ...refusedField('email', 'email must be an email'),
    },
    {
      name: 'data that is a list',
      request: { body: { subscriberId: 'ada', data: [] } },
      ...refusedField('data', 'data must be an object'),
    },
    {
      name: 'an unknown parameter',
      request: { path: `${PATH}?failIfExist=true` },
      ...refusedField('failIfExist', 'property failIfExist should not exist'),
    },
  ])

  test('stores and changes nobody when it refuses', async () => {
    const { body } = await service.api('GET', `${PATH}?limit=100&orderBy=_id&orderDirection=ASC`)
    const { data } = body as { data: { subscriberId: string }[] }
    expect(data.slice(1).map(({ subscriberId }) => subscriberId)).toEqual([
      'ada',
      'spaced',
      'ada@example.com',
      'own',
      'new',
    ])
    expect(data[1]).toMatchObject({ ...PROFILE, lastName: 'King' })
  })

  test('accepts exactly one of many concurrent requests with `failIfExists`', async () => {
    const create = () => service.api('POST', ONLY_NEW, { subscriberId: 'raced' })
    const answers = await Promise.all(Array.from({ length: 8 }, create))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)])
  })
})
