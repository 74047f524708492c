import { describe, expect, test } from 'bun:test'
import { startService } from '../harness/service.ts'

const service = await startService()

describe('POST /v2/subscribers', () => {
  const path = '/v2/subscribers'

  test('makes a subscriber, then updates the fields that are sent', async () => {
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

  test('refuses one that exists where that is asked for', async () => {
    await service.api('POST', path, { subscriberId: 'twice' })
    const again = await service.api('POST', `${path}?failIfExists=true`, { subscriberId: 'twice' })
    expect(again.status).toBe(409)
    expect(again.body).toMatchObject({ message: 'Subscriber with id "twice" already exists' })
  })

  test('refuses an id with other characters, and an e-mail address that is none', async () => {
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

  test('takes a limit as clients in Python send it', async () => {
    await service.api('POST', path, { subscriberId: 'list-1' })
    await service.api('POST', path, { subscriberId: 'list-2' })
    const { status, body } = await service.api('GET', `${path}?limit=1.0`)
    expect([status, (body as { data: unknown[] }).data.length]).toEqual([200, 1])
  })

  test('refuses a filter that it does not know, in place of all subscribers', async () => {
    const { status, body } = await service.api('GET', `${path}?mail=ada@example.com`)
    expect([status, Object.keys((body as { errors: object }).errors)]).toEqual([422, ['mail']])
  })
})

describe('POST /v1/integrations', () => {
  const path = '/v1/integrations'
  const slack = { providerId: 'slack', channel: 'chat' }

  test('makes an integration, and never gives its credentials back', async () => {
    const credentials = { clientId: '1.2', secretKey: 'very-secret' }
    const made = await service.api('POST', path, { ...slack, identifier: 'mine', credentials })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ ...slack, identifier: 'mine', name: 'Slack', active: false })
    expect(made.text).not.toContain('very-secret')
    expect(made.body).not.toHaveProperty('credentials')
    const file = await Bun.file(`${service.databaseFile}-wal`).text()
    expect(file).toContain('mine')
    expect(file).not.toContain('very-secret')
  })

  test('makes up an identifier from the name', async () => {
    const { body } = await service.api('POST', path, { ...slack, name: 'Slack (EU)!' })
    expect((body as { identifier: string }).identifier).toMatch(/^slack-eu-[A-Za-z0-9]{12}$/)
  })

  test('refuses an identifier that is taken, once of two at the same time', async () => {
    const body = { ...slack, identifier: 'contended' }
    const answers = await Promise.all([1, 2].map(() => service.api('POST', path, body)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  })

  test('refuses a provider that latch does not speak to', async () => {
    const { status, body } = await service.api('POST', path, { ...slack, providerId: 'fax' })
    expect(status).toBe(422)
    expect(body).toMatchObject({
      errors: {
        providerId: {
          messages: ['providerId must be one of the following values: slack, msteams'],
          value: 'fax',
        },
      },
    })
  })
})

test('405 names the methods that there are, 404 the path', async () => {
  const wrongMethod = await service.api('DELETE', '/v1/channel-endpoints')
  expect(wrongMethod.status).toBe(405)
  expect(wrongMethod.headers.get('allow')).toBe('GET, HEAD, POST')
  const nowhere = await service.api('GET', '/v1/nowhere?x=1')
  expect(nowhere.status).toBe(404)
  expect(nowhere.body).toMatchObject({ message: 'Cannot GET /v1/nowhere?x=1' })
})
