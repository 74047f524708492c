import { afterAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

for (const subscriberId of ['ada', 'grace', 'kept']) {
  await service.api('POST', '/v2/subscribers', { subscriberId, firstName: 'Secret' })
  await service.api('POST', '/v1/channel-endpoints', {
    identifier: `of-${subscriberId}`,
    type: 'slack_user',
    endpoint: { userId: `U0${subscriberId.toUpperCase()}` },
    subscriberId,
    integrationIdentifier: 'slack',
  })
}
const statusOf = async (path: string): Promise<number> => (await service.api('GET', path)).status

const notFound = (subscriberId: string) => ({
  status: 404,
  code: 'subscriber_not_found',
  contains: { message: `Subscriber: ${subscriberId} was not found` },
  lacks: 'Secret',
})
const gone = { status: 200, contains: '{"acknowledged":true,"status":"deleted"}' }

// What an erasure leaves is in personal-data.test.ts.
describe('DELETE /v2/subscribers/{subscriberId}', () => {
  const path = '/v2/subscribers/ada'
  testCases(service, { method: 'DELETE', path }, [
    {
      name: 'the subscriber of another environment',
      request: { key: other.apiKey },
      ...notFound('ada'),
    },
    {
      name: 'the subscriber of another environment, to be erased',
      request: { path: `${path}?erase=true`, key: other.apiKey },
      ...notFound('ada'),
    },
    {
      name: 'an unknown id',
      request: { path: '/v2/subscribers/nobody' },
      ...notFound('nobody'),
    },
    {
      name: 'an unknown id, with erase=true',
      request: { path: '/v2/subscribers/nobody?erase=true' },
      ...notFound('nobody'),
    },
    // Who means to erase, and spells it wrongly, must be told.
    ...['erase=yes', 'erase='].map((query) => ({
      name: query,
      request: { path: `${path}?${query}` },
      ...refusedField('erase', 'erase must be true or false'),
    })),
    {
      name: 'erased=true',
      request: { path: `${path}?erased=true` },
      ...refusedField('erased', 'property erased should not exist'),
    },
    {
      name: 'erase=true and an unknown parameter',
      request: { path: `${path}?erase=true&force=true` },
      ...refusedField('force', 'property force should not exist'),
    },
    {
      name: 'an id that is not UTF-8',
      request: { path: '/v2/subscribers/%FF' },
      ...refusedField('subscriberId', 'subscriberId must be a string'),
    },
  ])

  test('deletes nobody in any of these cases', async () => {
    const statuses = [statusOf(path), statusOf('/v1/channel-endpoints/of-ada')]
    expect(await Promise.all(statuses)).toEqual([200, 200])
  })

  testCases(service, { method: 'DELETE', path }, [
    { name: 'a subscriber', ...gone },
    { name: 'a deleted subscriber', ...notFound('ada') },
    {
      name: 'a subscriber, with erase=false',
      request: { path: '/v2/subscribers/grace?erase=false' },
      ...gone,
    },
  ])

  test('deletes their endpoints, and nobody else’s, and does not erase their events', async () => {
    const endpoints = ['of-ada', 'of-grace', 'of-kept'].map((identifier) =>
      statusOf(`/v1/channel-endpoints/${identifier}`),
    )
    expect(await Promise.all(endpoints)).toEqual([404, 404, 200])
    const { body } = await service.api('GET', '/v1/events?types=subscriber.erased')
    expect(body).toMatchObject({ data: [] })
  })
})
