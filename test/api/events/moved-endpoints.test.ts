import { afterAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'
import { createRelatedRows, told } from './related-rows.ts'

const service = await startService()
afterAll(() => service.stop())
const rows = await createRelatedRows(service)
const { news, addIntegration, addSubscriber, addConnection, addEndpoint, addEndpoints, remove } =
  rows
const API_KEY_ACTOR = expect.stringMatching(/^api_key:[0-9a-f]{24}$/)

describe('endpoints that move to another connection have an event each', () => {
  const context = { tenant: 'acme' }

  test('if their connection is deleted, with the one that is created for them', async () => {
    await addIntegration('moves')
    await addConnection('first', 'moves', { subscriberId: SANDBOX.subscriberId })
    await addSubscriber('guest')
    await addEndpoint('own', 'moves', { connectionIdentifier: 'first' })
    await addEndpoint('other', 'moves', {
      connectionIdentifier: 'first',
      subscriberId: 'guest',
      endpoint: { userId: 'U0GUEST001' },
    })
    await news()
    await remove('/v1/channel-connections/first')
    const events = await news()
    const reason = 'connection_deleted'
    expect(told(events)).toEqual([
      ['connection.created', expect.stringMatching(/^connection:chconn_/), reason],
      ['endpoint.moved', 'endpoint:other', reason],
      ['connection.deleted', 'connection:first', null],
    ])
    const made = String(events[0]?.subject).slice('connection:'.length)
    expect(events[0]).toMatchObject({ actor: API_KEY_ACTOR, subscriberId: null })
    expect(events[1]).toMatchObject({
      subscriberId: 'guest',
      data: { connectionIdentifier: made, previousConnectionIdentifier: 'first' },
      personal: null,
    })
    const [stored] = await service.endpoints('subscriberId=guest')
    expect(stored?.['connectionIdentifier']).toBe(made)

    // The next finds that one.
    await addConnection('second', 'moves', { subscriberId: SANDBOX.subscriberId })
    const guest = { connectionIdentifier: 'second', subscriberId: 'guest', context }
    await addEndpoint('again', 'moves', guest)
    await news()
    await remove('/v1/channel-connections/second')
    expect(told(await news())).toEqual([
      ['endpoint.moved', 'endpoint:again', reason],
      ['connection.deleted', 'connection:second', null],
    ])
  })

  test('if somebody installs the app in a workspace from which others were linked before', async () => {
    await addIntegration('installed')
    const identityOnly = { integrationIdentifier: 'installed', connectionIdentifier: undefined }
    await addSubscriber('ada')
    for (const [subscriberId, user] of [
      ['ada', 'U0ADA00001'],
      ['guest', 'U0GRACE002'],
    ] as const) {
      const link = await service.link({ ...identityOnly, subscriberId })
      await service.open(await service.consent(link, { user }))
    }
    await news()
    const asked = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
      integrationIdentifier: 'installed',
      subscriberId: 'ada',
    })
    const url = new URL((asked.body as { url: string }).url)
    await service.finish(await service.consent(url, { user: 'U0ADA00001' }))
    const linkId = String(asked.headers.get('latch-link-id'))
    const events = await news()
    const reason = 'connection_installed'
    expect(told(events)).toEqual([
      ['connection.installed', expect.any(String), null],
      ['connection.created', expect.any(String), reason],
      ['endpoint.moved', expect.any(String), reason],
    ])
    expect(events.map((event) => event.linkId)).toEqual([linkId, linkId, null])
    expect(events[2]).toMatchObject({ subscriberId: 'guest', actor: String(events[0]?.actor) })
    const { body } = await service.api('GET', `/v1/links/${linkId}`)
    expect(body).toMatchObject({
      status: 'connected',
      subscriberId: 'ada',
      connectionIdentifier: events[0]?.subject.slice('connection:'.length),
    })
  })

  test('once, if several connections of one person are erased', async () => {
    await addIntegration('erased')
    await addSubscriber('hers')
    for (const n of ['1', '2']) {
      const owner = { subscriberId: 'hers', context: { n } }
      await addConnection(`hers-${n}`, 'erased', owner)
      const guest = { connectionIdentifier: `hers-${n}`, subscriberId: 'guest' }
      await addEndpoint(`guest-${n}`, 'erased', guest)
    }
    await news()
    await remove('/v2/subscribers/hers?erase=true')
    const events = await news()
    const reason = 'subscriber_erased'
    expect(told(events)).toEqual([
      ['connection.created', expect.any(String), reason],
      ['endpoint.moved', 'endpoint:guest-2', reason],
      ['connection.deleted', 'connection:hers-2', reason],
      // The guest is linked in the other connection already: this endpoint stays as it is.
      ['connection.deleted', 'connection:hers-1', reason],
      ['subscriber.erased', expect.any(String), null],
    ])
    expect(JSON.stringify(events)).not.toContain('"hers"')
    expect(events.at(-1)?.data).toEqual({ endpoints: 0, connections: 2 })
  })

  test('or one event for all if there are many', async () => {
    const integrationId = await addIntegration('many')
    await addConnection('many-1', 'many', { subscriberId: 'guest' })
    await addEndpoints(501, { integrationId, connectionIdentifier: 'many-1' })
    await news()
    await remove('/v1/channel-connections/many-1')
    const events = await news()
    expect(told(events)).toEqual([
      ['connection.created', expect.any(String), 'connection_deleted'],
      ['connection.endpoints_moved', 'connection:many-1', 'connection_deleted'],
      ['connection.deleted', 'connection:many-1', null],
    ])
    const to = String(events[0]?.subject).slice('connection:'.length)
    expect(events[1]?.data).toEqual({ integrationId, toConnectionIdentifier: to, count: 501 })
    const { body } = await service.api('GET', `/v1/channel-endpoints?connectionIdentifier=${to}`)
    expect(body).toMatchObject({ totalCount: 501 })
  })
})
