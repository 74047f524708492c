import { afterAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

const PATH = '/v2/subscribers/ada'
const made = await service.api('POST', '/v2/subscribers', {
  subscriberId: 'ada',
  firstName: 'Ada',
  data: { team: 'a', old: true },
})
const { _id, createdAt } = made.body as { _id: string; createdAt: string }
service.advance(1000)

describe('PATCH /v2/subscribers/{subscriberId}', () => {
  testCases(service, { method: 'PATCH', path: PATH, body: { lastName: 'King' } }, [
    {
      name: 'changes the fields that are sent, and leaves the others',
      status: 200,
      contains: { _id, subscriberId: 'ada', firstName: 'Ada', lastName: 'King', createdAt },
      lacks: `"updatedAt":"${createdAt}"`,
    },
    {
      name: 'replaces data as a whole',
      request: { body: { data: { team: 'b' } } },
      status: 200,
      contains: { firstName: 'Ada', data: { team: 'b', old: undefined } },
    },
    {
      name: 'nothing if nothing is sent, as null counts as absent',
      request: { body: { firstName: null } },
      status: 200,
      contains: { firstName: 'Ada', lastName: 'King' },
    },
    {
      name: 'neither the id nor read-only properties',
      request: { body: { subscriberId: 'eve', _id: 'mine', deleted: true, role: 'admin' } },
      status: 200,
      contains: { _id, subscriberId: 'ada', deleted: false },
      lacks: ['eve', 'mine', 'admin'],
    },
    {
      name: 'an unknown id',
      request: { path: '/v2/subscribers/nobody' },
      status: 404,
      code: 'subscriber_not_found',
      contains: { message: 'Subscriber: nobody was not found' },
    },
    {
      name: 'the subscriber of another environment',
      request: { key: other.apiKey, body: { firstName: 'Eve' } },
      status: 404,
      code: 'subscriber_not_found',
      contains: { message: 'Subscriber: ada was not found' },
      lacks: ['King', 'Eve'],
    },
    {
      name: 'an invalid e-mail address',
      request: { body: { email: 'no' } },
      ...refusedField('email', 'email must be an email'),
    },
    {
      name: 'a name that is a number',
      request: { body: { firstName: 1 } },
      ...refusedField('firstName', 'firstName must be a string'),
    },
    {
      name: 'data that is a string',
      request: { body: { data: 'a' } },
      ...refusedField('data', 'data must be an object'),
    },
    {
      name: 'an id that is not UTF-8',
      request: { path: '/v2/subscribers/%FF' },
      ...refusedField('subscriberId', 'subscriberId must be a string'),
    },
  ])

  test('changes nothing when it refuses, and creates nobody', async () => {
    expect((await service.api('GET', PATH)).body).toMatchObject({
      firstName: 'Ada',
      lastName: 'King',
      data: { team: 'b' },
    })
    expect((await service.api('GET', '/v2/subscribers/nobody')).status).toBe(404)
  })

  test('keeps concurrent changes to different fields', async () => {
    await service.api('POST', '/v2/subscribers', { subscriberId: 'many', data: { old: true } })
    const path = '/v2/subscribers/many'
    const fields = ['firstName', 'lastName', 'phone', 'locale', 'timezone', 'avatar']
    await Promise.all([
      ...fields.map((field) => service.api('PATCH', path, { [field]: field })),
      service.api('PATCH', path, { data: { 'a.b"c': [1, null] } }),
    ])
    const { body } = await service.api('GET', path)
    expect(body).toEqual({
      _id: expect.any(String),
      _environmentId: expect.any(String),
      _organizationId: expect.any(String),
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      subscriberId: 'many',
      deleted: false,
      data: { 'a.b"c': [1, null] },
      ...Object.fromEntries(fields.map((field) => [field, field])),
    })
  })
})
