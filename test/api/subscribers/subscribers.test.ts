import { afterAll, describe, expect, test } from 'bun:test'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

describe('POST /v2/subscribers', () => {
  const path = '/v2/subscribers'

  test('creates a subscriber, then updates only the fields that are sent', async () => {
    const made = await service.api('POST', path, { subscriberId: ' ada ', firstName: 'Ada' })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ subscriberId: 'ada', firstName: 'Ada', deleted: false })
    const updated = await service.api('POST', path, { subscriberId: 'ada', lastName: 'Lovelace' })
    expect(updated.body).toMatchObject({
      _id: (made.body as { _id: string })._id,
      firstName: 'Ada',
      lastName: 'Lovelace',
    })
  })

  test('refuses an existing subscriber when failIfExists is true', async () => {
    await service.api('POST', path, { subscriberId: 'twice' })
    const again = await service.api('POST', `${path}?failIfExists=true`, { subscriberId: 'twice' })
    expect(again.status).toBe(409)
    expect(again.body).toMatchObject({ message: 'Subscriber with id "twice" already exists' })
  })

  test('refuses an invalid subscriberId and an invalid e-mail address', async () => {
    const { status, body } = await service.api('POST', path, { subscriberId: 'a b', email: 'no' })
    expect(status).toBe(422)
    expect(body).toMatchObject({
      errors: {
        subscriberId: { messages: [expect.stringContaining('must be a valid email address')] },
        email: { messages: ['email must be an email'], value: 'no' },
      },
    })
  })
})

describe('what no text may contain', () => {
  test('U+0000 is refused in a body, whose text would be cut off when it is read back', async () => {
    const subscriberId = 'nul@example.com\0evil'
    const answer = await service.api('POST', '/v2/subscribers', { subscriberId })
    expect(answer.status).toBe(422)
    const name = await service.api('POST', '/v2/subscribers', {
      subscriberId: 'nul',
      firstName: 'A\0B',
    })
    expect([name.status, name.body]).toMatchObject([
      422,
      { errors: { firstName: { messages: ['firstName must not contain the character U+0000'] } } },
    ])
  })
})

describe('GET /v2/subscribers', () => {
  const path = '/v2/subscribers'

  test('accepts limit=1.0, as Python clients send it', async () => {
    await service.api('POST', path, { subscriberId: 'list-1' })
    await service.api('POST', path, { subscriberId: 'list-2' })
    const { status, body } = await service.api('GET', `${path}?limit=1.0`)
    expect([status, (body as { data: unknown[] }).data.length]).toEqual([200, 1])
  })

  test('refuses an unknown filter instead of listing all subscribers', async () => {
    const { status, body } = await service.api('GET', `${path}?mail=ada@example.com`)
    expect([status, Object.keys((body as { errors: object }).errors)]).toEqual([422, ['mail']])
  })
})
