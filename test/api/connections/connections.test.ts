import { describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

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

  for (const accessToken of ['identity-only', 'app-only']) {
    test(`has nothing to revoke where ${accessToken} stands in place of a token`, async () => {
      const identifier = `with-${accessToken}`
      const body = { identifier, auth: { accessToken }, context: { way: identifier } }
      expect((await create(body)).status).toBe(201)
      const before = service.slackRequests.length
      expect((await api('DELETE', `${PATH}/${identifier}?revoke=true`)).status).toBe(204)
      expect(service.slackRequests.slice(before)).toEqual([])
      expect((await api('GET', `${PATH}/${identifier}`)).status).toBe(404)
    })
  }

  test('refuses a parameter that it does not know, and deletes nothing', async () => {
    expect(
      (await create({ identifier: 'kept', subscriberId, context: { way: 'kept' } })).status,
    ).toBe(201)
    const path = '/v1/channel-connections/kept'
    for (const query of ['revok=true', 'revoke=true&force=true', 'revoke=yes']) {
      const { status } = await api('DELETE', `${path}?${query}`)
      expect([query, status]).toEqual([query, 422])
    }
    expect((await api('GET', path)).status).toBe(200)
    expect((await api('DELETE', `${path}?revoke=false`)).status).toBe(204)
    const made = await api('POST', '/v2/subscribers?failIfExist=true', { subscriberId: 'misspelt' })
    expect(made.status).toBe(422)
    expect((await api('GET', '/v2/subscribers/misspelt')).status).toBe(404)
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

describe('an install after somebody has linked', () => {
  /** Another workspace than the one that the sandbox begins with. */
  const elsewhere = { user: 'U0MALLORY4' }
  const one = (identifier: string) => api('GET', `${PATH}/${identifier}`)

  async function install(body: object): Promise<void> {
    const { body: answer } = await api('POST', '/v1/integrations/channel-connections/oauth', {
      integrationIdentifier,
      ...body,
    })
    const callback = await service.consent(new URL((answer as { url: string }).url), elsewhere)
    expect((await service.open(callback)).status).toBe(200)
  }

  /** The name of the connection through which a subscriber is linked, in a context of their own. */
  async function link(subscriber: string, way: string): Promise<string> {
    await api('POST', '/v2/subscribers', { subscriberId: subscriber })
    const link = await service.link({
      subscriberId: subscriber,
      connectionIdentifier: null,
      context: { way },
    })
    expect((await service.open(await service.consent(link, elsewhere))).status).toBe(200)
    return connectionOf(subscriber, way)
  }

  async function connectionOf(subscriber: string, way: string): Promise<string> {
    const linked = await service.endpoints(`subscriberId=${subscriber}&contextKeys=way:${way}`)
    expect(linked).toHaveLength(1)
    return String(linked[0]?.['connectionIdentifier'])
  }

  const revocations = (): number =>
    service.slackRequests.filter((request) => request === 'POST /api/auth.revoke').length

  test('makes its connection the installer’s own, whose token is revoked with it', async () => {
    const identifier = await link('linked-first', 'revoke')
    await install({ subscriberId: 'linked-first', context: { way: 'revoke' } })
    expect((await one(identifier)).body).toMatchObject({
      subscriberId: 'linked-first',
      contextKeys: ['way:revoke'],
      auth: { accessToken: expect.stringMatching(/^xoxb-/) },
    })
    expect(await connectionOf('linked-first', 'revoke')).toBe(identifier)
    const before = revocations()
    expect((await api('DELETE', `${PATH}/${identifier}?revoke=true`)).status).toBe(204)
    expect(revocations()).toBe(before + 1)
    expect((await one(identifier)).status).toBe(404)
  })

  test('leaves everybody else in a connection without a token', async () => {
    const identifier = await link('first', 'others')
    expect(await link('second', 'others')).toBe(identifier)
    await install({ subscriberId: 'first', context: { way: 'others' } })
    expect(await connectionOf('first', 'others')).toBe(identifier)
    const other = await connectionOf('second', 'others')
    expect(other).not.toBe(identifier)
    expect((await one(other)).body).toMatchObject({
      subscriberId: null,
      contextKeys: [],
      workspace: { id: 'T0OTHER002' },
      auth: { accessToken: 'identity-only' },
    })
    // Whoever links again is found where they are.
    expect(await link('second', 'others')).toBe(other)
    expect(await link('first', 'others')).toBe(identifier)
  })

  test('under a name takes over the endpoints of its subscriber, and of nobody else', async () => {
    const before = await link('named', 'name')
    const bystander = await link('bystander', 'name')
    await install({
      subscriberId: 'named',
      connectionIdentifier: 'by-name',
      context: { way: 'name' },
    })
    expect(await connectionOf('named', 'name')).toBe('by-name')
    expect(await connectionOf('bystander', 'name')).toBe(bystander)
    expect((await one(before)).status).toBe(200)
  })

  test('that is shared takes over the endpoints of its context', async () => {
    await link('ada', 'team')
    await link('grace', 'team')
    const outside = await link('ada', 'elsewhere')
    await install({
      context: { way: 'team' },
      connectionMode: 'shared',
      connectionIdentifier: 'team',
    })
    expect(await connectionOf('ada', 'team')).toBe('team')
    expect(await connectionOf('grace', 'team')).toBe('team')
    expect(await connectionOf('ada', 'elsewhere')).toBe(outside)
  })

  test('of two at the same moment gives the connection to one, and the other gets its own', async () => {
    const identifier = await link('either', 'at-once')
    await Promise.all([
      install({ subscriberId: 'either', context: { way: 'at-once' } }),
      install({ subscriberId: 'ada', context: { way: 'at-once' } }),
    ])
    const { body } = await api('GET', `${PATH}?contextKeys=way:at-once`)
    const made = (body as { data: { identifier: string; subscriberId: string }[] }).data
    expect(made.map(({ subscriberId: owner }) => owner).sort()).toEqual(['ada', 'either'])
    expect((await one(identifier)).body).toMatchObject({ contextKeys: ['way:at-once'] })
  })
})

test('whoever is linked through a connection that is deleted stays linked', async () => {
  await create({ identifier: 'owned', subscriberId, context: { way: 'owner' } })
  for (const id of ['guest', subscriberId]) {
    await api('POST', '/v2/subscribers', { subscriberId: id })
    await api('POST', '/v1/channel-endpoints', {
      integrationIdentifier,
      subscriberId: id,
      connectionIdentifier: 'owned',
      context: { way: 'owner' },
      type: 'slack_user',
      endpoint: { userId: 'U0GUEST001' },
      identifier: `of-${id}`,
    })
  }
  expect((await api('DELETE', `${PATH}/owned`)).status).toBe(204)
  const guest = (await api('GET', '/v1/channel-endpoints/of-guest')).body
  const { connectionIdentifier: fallback } = guest as { connectionIdentifier: string }
  expect((await api('GET', `${PATH}/${fallback}`)).body).toMatchObject({
    workspace: { id: 'T0MINE' },
    subscriberId: null,
    auth: { accessToken: 'identity-only' },
  })
  // As at Novu, the owner's endpoint still names the connection.
  expect((await api('GET', `/v1/channel-endpoints/of-${subscriberId}`)).body).toMatchObject({
    connectionIdentifier: 'owned',
  })
})
