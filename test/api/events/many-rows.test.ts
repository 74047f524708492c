import { afterAll, describe, expect, test } from 'bun:test'
import type { Deps } from '../../../src/deps.ts'
import { commit } from '../../../src/domain/commit.ts'
import type { DependentCounts } from '../../../src/domain/dependents.ts'
import type { PresentedEvent } from '../../../src/domain/events/present.ts'
import {
  deleteIntegration,
  removeMostOfIntegration,
} from '../../../src/domain/integrations/integrations.ts'
import { freshRow } from '../../../src/store/fresh-row.ts'
import type { Write } from '../../../src/store/writer/writes.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const { deps } = service
const ACTOR = { kind: 'command', id: 'test' } as const
const API_KEY_ACTOR = expect.stringMatching(/^api_key:[0-9a-f]{24}$/)
const environmentId = String((await deps.store.environments.first())?.id)

let after = 'evt_0'
/** What has happened since the last time. */
async function news(): Promise<PresentedEvent[]> {
  const found: PresentedEvent[] = []
  for (;;) {
    const { body } = await service.api('GET', `/v1/events?limit=100&after=${after}`)
    const { data, next } = body as { data: PresentedEvent[]; next: string }
    after = next
    found.push(...data)
    if (data.length < 100) return found
  }
}

const told = (events: readonly PresentedEvent[]): unknown[][] =>
  events.map(({ type, subject, reason }) => [type, subject, reason])

async function post(path: string, body: object): Promise<Record<string, string>> {
  const { status, text, body: answered } = await service.api('POST', path, body)
  if (status !== 201) throw new Error(text)
  return answered as Record<string, string>
}

async function addIntegration(identifier: string): Promise<string> {
  const { clientId, clientSecret } = SANDBOX
  const made = await post('/v1/integrations', {
    identifier,
    providerId: 'slack',
    channel: 'chat',
    credentials: { clientId, secretKey: clientSecret },
  })
  return String(made['_id'])
}

const addSubscriber = (subscriberId: string) => post('/v2/subscribers', { subscriberId })

const addConnection = (identifier: string, integrationIdentifier: string, owner: object) =>
  post('/v1/channel-connections', {
    identifier,
    integrationIdentifier,
    workspace: { id: 'T0ACME0001', name: 'Acme' },
    auth: { accessToken: `xoxb-${identifier}` },
    ...owner,
  })

const addEndpoint = (identifier: string, integrationIdentifier: string, more: object) =>
  post('/v1/channel-endpoints', {
    identifier,
    integrationIdentifier,
    subscriberId: SANDBOX.subscriberId,
    type: 'slack_user',
    endpoint: { userId: 'U0ADA00001' },
    ...more,
  })

/** Many endpoints at once, each in a context of its own. */
async function addEndpoints(
  count: number,
  { integrationId, connectionIdentifier }: { integrationId: string; connectionIdentifier: string },
): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) =>
    deps.store.endpoints.insert({
      ...freshRow(deps, environmentId),
      integrationId,
      identifier: `${connectionIdentifier}-${index}`,
      connectionIdentifier,
      subscriberId: SANDBOX.subscriberId,
      contextKeys: [`n:${index}`],
      type: 'slack_user',
      kind: 'person',
      endpoint: { userId: 'U0ADA00001' },
      secret: null,
    }),
  )
  await deps.store.commit(rows)
}

/** Dependencies that count what is committed together. */
function watched(): { deps: Deps; sizes: number[] } {
  const sizes: number[] = []
  const commitThese = (writes: readonly Write[]): Promise<void> => {
    sizes.push(writes.length)
    return deps.store.commit(writes)
  }
  return { deps: { ...deps, store: { ...deps.store, commit: commitThese } }, sizes }
}

const remove = async (path: string): Promise<void> => {
  expect([200, 204]).toContain((await service.api('DELETE', path)).status)
}

describe('what is deleted with something else is told one by one', () => {
  test('of an integration: its endpoints and its connections', async () => {
    const id = await addIntegration('small')
    await addConnection('small-1', 'small', { subscriberId: SANDBOX.subscriberId })
    await addEndpoint('small-a', 'small', { connectionIdentifier: 'small-1' })
    await addEndpoint('small-b', 'small', { context: { n: '2' } })
    await news()
    await remove(`/v1/integrations/${id}`)
    const events = await news()
    const reason = 'integration_deleted'
    expect(told(events)).toEqual([
      ['endpoint.deleted', 'endpoint:small-a', reason],
      ['endpoint.deleted', 'endpoint:small-b', reason],
      ['connection.deleted', 'connection:small-1', reason],
      ['integration.deleted', `integration:${id}`, null],
    ])
    expect(events[0]).toMatchObject({
      actor: API_KEY_ACTOR,
      subscriberId: SANDBOX.subscriberId,
      data: { connectionIdentifier: 'small-1' },
      personal: { endpoint: { userId: 'U0ADA00001' } },
    })
    expect(events[3]?.data).toMatchObject({ endpoints: 2, connections: 1 })
  })

  test('of a subscriber: their endpoints, and not their connections, which stay', async () => {
    await addSubscriber('leaving')
    await addConnection('of-leaving', 'slack', { subscriberId: 'leaving' })
    await addEndpoint('leaving-a', 'slack', { subscriberId: 'leaving' })
    await news()
    await remove('/v2/subscribers/leaving')
    const events = await news()
    expect(told(events)).toEqual([
      ['endpoint.deleted', 'endpoint:leaving-a', 'subscriber_deleted'],
      ['subscriber.deleted', expect.any(String), null],
    ])
    expect(events[1]?.data).toEqual({ endpoints: 1 })
    await remove('/v1/channel-connections/of-leaving')
    await news()
  })

  test('of a large integration: in several commits, none of them large', async () => {
    const integrationId = await addIntegration('large')
    await addEndpoints(1203, { integrationId, connectionIdentifier: 'large' })
    await news()
    const { deps: counting, sizes } = watched()
    const before = await removeMostOfIntegration(counting, ACTOR, environmentId, integrationId)
    expect(before).toEqual({ endpoints: 1000, connections: 0 })
    expect((await service.api('GET', '/v1/integrations')).text).toContain('"large"')
    const deleted = await commit(counting, ACTOR, () =>
      deleteIntegration(counting, environmentId, integrationId, before),
    )
    expect(deleted.kind).toBe('accepted')
    expect(sizes).toHaveLength(3)
    // An event a row, and no statement a row.
    expect(Math.max(...sizes)).toBeLessThan(510)
    const events = await news()
    expect(new Set(events.slice(0, -1).map(({ subject }) => subject)).size).toBe(1203)
    expect(events.at(-1)).toMatchObject({
      type: 'integration.deleted',
      data: { endpoints: 1203, connections: 0 },
    })
  })

  test('also of what comes while it is being deleted, and once', async () => {
    const integrationId = await addIntegration('busy')
    await addEndpoint('busy-a', 'busy', {})
    await news()
    const none: DependentCounts = { endpoints: 0, connections: 0 }
    let attempts = 0
    await commit(deps, ACTOR, async () => {
      attempts += 1
      const decision = await deleteIntegration(deps, environmentId, integrationId, none)
      if (attempts === 1) await addEndpoint('busy-b', 'busy', { context: { n: '2' } })
      if (attempts === 2) await remove('/v1/channel-endpoints/busy-a')
      return decision
    })
    expect(attempts).toBe(3)
    expect(told(await news())).toEqual([
      ['endpoint.created', 'endpoint:busy-b', null],
      ['endpoint.deleted', 'endpoint:busy-a', null],
      ['endpoint.deleted', 'endpoint:busy-b', 'integration_deleted'],
      ['integration.deleted', `integration:${integrationId}`, null],
    ])
  })
})

describe('endpoints that get another connection are told', () => {
  const context = { tenant: 'acme' }

  test('where their connection is deleted, with the one that is made for them', async () => {
    await addIntegration('moves')
    await addConnection('first', 'moves', { subscriberId: SANDBOX.subscriberId })
    await addSubscriber('guest')
    await addEndpoint('own', 'moves', { connectionIdentifier: 'first' })
    await addEndpoint('other', 'moves', { connectionIdentifier: 'first', subscriberId: 'guest' })
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

  test('where somebody installs the app, in which others were linked before', async () => {
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
    await service.open(await service.consent(url, { user: 'U0ADA00001' }))
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

  test('once, where several connections of one person are erased, to one connection', async () => {
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

  test('by one event where they are many, as they can be read still', async () => {
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
