import { afterAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
const { api } = service
afterAll(() => service.stop())

const PATH = '/v1/channel-connections'
const { integrationIdentifier } = SANDBOX

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
    expect((await service.finish(callback)).status).toBe(200)
  }

  /** The name of the connection through which a subscriber is linked, in a context of their own. */
  async function link(subscriber: string, way: string): Promise<string> {
    await api('POST', '/v2/subscribers', { subscriberId: subscriber })
    const link = await service.link({
      subscriberId: subscriber,
      connectionIdentifier: null,
      context: { way },
    })
    const callback = await service.consent(link, elsewhere)
    // Of each subscriber their own: one chat user is linked to one of them.
    const authed_user = { id: `U0${subscriber.toUpperCase()}` }
    const team = { id: 'T0OTHER002', name: 'Other Company' }
    service.slackAnswers.push(() => Response.json({ ok: true, authed_user, team }))
    expect((await service.open(callback)).status).toBe(200)
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
