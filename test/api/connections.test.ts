import { describe, expect, test } from 'bun:test'
import { SANDBOX } from '../harness/sandbox.ts'
import { startService } from '../harness/service.ts'

const service = await startService()
const { api } = service
const PATH = '/v1/channel-connections'
const { subscriberId, integrationIdentifier, connectionIdentifier } = SANDBOX

const content = {
  workspace: { id: 'T0MINE', name: 'Mine' },
  auth: { accessToken: 'xoxb-mine' },
}
const create = (body: object) => api('POST', PATH, { integrationIdentifier, ...content, ...body })

describe('a list of connections', () => {
  test('takes a limit in the form of a fraction, as Python clients send it', async () => {
    const { status, body } = await api('GET', `${PATH}?limit=2.0`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ data: [{ identifier: connectionIdentifier }] })
  })

  test('refuses a filter that it does not know, instead of listing everything', async () => {
    const { status, body } = await api('GET', `${PATH}?subscriber=${subscriberId}`)
    expect(status).toBe(422)
    expect(body).toMatchObject({
      errors: { subscriber: { messages: ['property subscriber should not exist'] } },
    })
  })
})

describe('a connection', () => {
  test('of two requests for the same owner is made by one, and the other is told its name', async () => {
    const body = { context: { way: 'race' }, connectionMode: 'shared' }
    const answers = await Promise.all([create(body), create(body), create(body)])
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, 409, 409])
    const made = answers.find(({ status }) => status === 201)?.body as { identifier: string }
    for (const { status, body: refused } of answers) {
      if (status === 409) {
        expect((refused as { message: string }).message).toEndWith(
          `with no subscriberId and context [way:race]. Connection ID: ${made.identifier}`,
        )
      }
    }
  })

  test('of two requests for one identifier is made by one', async () => {
    const answers = await Promise.all(
      ['one', 'two'].map((way) => create({ identifier: 'same', subscriberId, context: { way } })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
    expect(answers.find(({ status }) => status === 409)?.text).toContain(
      'Channel connection with identifier \\"same\\" already exists in environment',
    )
  })

  test('refuses the character U+0000 wherever text is stored', async () => {
    const refused = [
      { identifier: 'a\0b', subscriberId },
      { workspace: { id: 'T\0' }, subscriberId },
      { auth: { accessToken: 'xoxb-\0' }, subscriberId },
    ]
    for (const body of refused) {
      const { status, text } = await create(body)
      expect([status, text]).toEqual([422, expect.stringContaining('U+0000')])
    }
  })
})
