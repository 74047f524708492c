import { afterAll, describe, expect, test } from 'bun:test'
import type { PresentedEvent } from '../../../src/domain/events/present.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { LINK_PATH, SAMPLE_BODY, startService } from '../../harness/service.ts'
import { COMPLETION_URL } from '../../harness/session-app.ts'

const service = await startService()
afterAll(() => service.stop())

const CONNECT_PATH = '/v1/integrations/channel-connections/oauth'

/** A link, and its id. */
async function make(
  changes: Record<string, unknown> = {},
  path = LINK_PATH,
): Promise<{ id: string; url: URL }> {
  const body = { ...SAMPLE_BODY, ...changes }
  const made = await service.api('POST', path, body)
  if (made.status !== 201) throw new Error(made.text)
  const { url } = made.body as { url: string }
  return { id: String(made.headers.get('latch-link-id')), url: new URL(url) }
}

async function eventsOf(id: string): Promise<PresentedEvent[]> {
  const answer = await service.api('GET', '/v1/events?limit=100')
  const { data } = answer.body as { data: PresentedEvent[] }
  return data.filter(({ linkId }) => linkId === id)
}

const as = (requestId: string) => ({ accept: 'text/html', 'x-request-id': requestId })

const altered = (callback: string, name: string, value: string): string => {
  const url = new URL(callback)
  url.searchParams.set(name, value)
  return url.toString()
}

describe('a link that was completed', () => {
  test('is told with the endpoint, and again by the same endpoint', async () => {
    const body = { context: { told: 'once' } }
    const first = await make(body)
    await service.open(await service.consent(first.url), as('first'))
    const [endpoint] = await service.endpoints('contextKeys=told:once')
    const told = {
      type: 'endpoint.linked',
      subject: `endpoint:${endpoint?.['identifier']}`,
      subscriberId: SANDBOX.subscriberId,
      reason: null,
      data: {
        connectionIdentifier: SANDBOX.connectionIdentifier,
        contextKeys: ['told:once'],
        type: 'slack_user',
      },
    }
    expect(await eventsOf(first.id)).toMatchObject([
      { ...told, actor: 'callback:first', personal: { endpoint: { userId: 'U0ADA00001' } } },
    ])
    const second = await make(body)
    await service.open(await service.consent(second.url), as('second'))
    expect(await eventsOf(second.id)).toMatchObject([
      { ...told, actor: 'callback:second', personal: { endpoint: { userId: 'U0ADA00001' } } },
    ])
    expect(await eventsOf(first.id)).toHaveLength(1)
    const third = await make(body)
    await service.open(await service.consent(third.url, { user: 'U0GRACE002' }), as('third'))
    expect(await eventsOf(third.id)).toMatchObject([
      { type: 'link.failed', reason: 'linked_as_another_user', actor: 'callback:third' },
    ])
  })

  test('names what is stored also where several link at once in a new workspace', async () => {
    const made = await Promise.all(
      ['one', 'two', 'three', 'one'].map(async (crowd) => {
        const link = await make({ connectionIdentifier: null, context: { crowd } })
        return { ...link, crowd, callback: await service.consent(link.url, { user: 'U0MALLORY4' }) }
      }),
    )
    await Promise.all(made.map(({ callback }) => service.open(callback)))
    for (const { id, crowd } of made) {
      const [stored, ...others] = await service.endpoints(`contextKeys=crowd:${crowd}`)
      expect(others).toEqual([])
      // The first of them has made the connection, and tells of that before.
      const events = await eventsOf(id)
      expect(events.slice(-1)).toMatchObject([
        {
          type: 'endpoint.linked',
          subject: `endpoint:${stored?.['identifier']}`,
          data: { connectionIdentifier: stored?.['connectionIdentifier'] },
        },
      ])
      expect(['connection.created', undefined]).toContain(events.at(-2)?.['type'] as string)
    }
  })

  test('is told with the connection, and whoever installed it, where it connects', async () => {
    const { id, url } = await make(
      { connectionIdentifier: 'told', context: { told: 'install' }, autoLinkUser: true },
      CONNECT_PATH,
    )
    await service.finish(await service.consent(url), as('install'))
    expect(await eventsOf(id)).toMatchObject([
      { type: 'connection.installed', subject: 'connection:told', reason: null },
      { type: 'endpoint.linked', data: { connectionIdentifier: 'told' } },
    ])
  })

  test('is told without the URL of a webhook, which is a secret', async () => {
    const scope = ['incoming-webhook']
    const { id, url } = await make({ scope, connectionIdentifier: null }, CONNECT_PATH)
    const callback = await service.consent(url)
    service.slackAnswers.push(() =>
      Response.json({
        ok: true,
        access_token: 'xoxb-1',
        team: { id: 'T0ACME0001', name: 'Acme' },
        incoming_webhook: { url: 'https://hooks.slack.test/1' },
      }),
    )
    await service.finish(callback)
    const events = await eventsOf(id)
    expect(events).toMatchObject([{ type: 'endpoint.linked', data: { type: 'webhook' } }])
    expect(JSON.stringify(events)).not.toContain('http')
  })
})

describe('an attempt that failed', () => {
  const failure = { type: 'link.failed', subscriberId: SANDBOX.subscriberId }

  test('is told once for each reason, in the same commit', async () => {
    const { id, url } = await make({ context: { failed: 'twice' } })
    const denied = await service.consent(url, { decision: 'deny' })
    await service.open(denied, as('denied'))
    await service.open(denied, as('denied-again'))
    const wrong = await service.consent(url, { user: 'U0MALLORY4' })
    await service.open(wrong, as('wrong'))
    await service.open(wrong, as('wrong-again'))
    expect(await eventsOf(id)).toMatchObject([
      {
        ...failure,
        subject: `link:${id}`,
        actor: 'callback:denied',
        reason: 'access_denied',
        data: { providerError: 'access_denied', mode: 'link_user' },
        personal: null,
      },
      {
        ...failure,
        actor: 'callback:wrong',
        reason: 'wrong_workspace',
        data: { providerError: null },
        personal: { workspace: 'Other Company' },
      },
    ])
  })

  test('is found by what the page says, also when it is the same again', async () => {
    const { url } = await make({ context: { failed: 'page' } })
    const denied = await service.consent(url, { decision: 'deny' })
    expect((await service.open(denied, as('page-one'))).text).toContain('<code>page-one</code>')
    expect((await service.open(denied, as('page-two'))).text).toContain('<code>page-one</code>')
  })

  test('is told ten times at most', async () => {
    const { id, url } = await make({ context: { failed: 'often' } })
    const good = await service.consent(url)
    const environment = await service.deps.store.environments.first()
    const row = {
      environmentId: String(environment?.id),
      atMs: 1,
      type: 'link.failed',
      subject: `link:${id}`,
      actor: 'callback:earlier',
      linkId: id,
      data: {
        integrationId: '1',
        mode: 'link_user',
        contextKeys: [],
        connectionIdentifier: null,
        providerError: null,
      },
      subscriberId: null,
      personal: null,
    }
    const { events } = service.deps.store
    const earlier = Array.from({ length: 9 }, (_, index) => ({ ...row, reason: `reason-${index}` }))
    await service.deps.store.commit(earlier.map((event) => events.append(event)))
    await service.open(altered(good, 'error', 'access_denied'), as('tenth'))
    const page = await service.open(altered(good, 'error', 'server_error'), as('eleventh'))
    expect(page.text).toContain('<code>tenth</code>')
    const told = await events.ofLink(row.environmentId, id)
    expect(told.map(({ actor }) => actor).slice(8)).toEqual(['callback:earlier', 'callback:tenth'])
  })

  test('is not told of a state that latch has not signed', async () => {
    const { url } = await make({ context: { failed: 'forged' } })
    const good = await service.consent(url)
    const count = async () =>
      ((await service.api('GET', '/v1/events?limit=100')).body as { data: unknown[] }).data.length
    const before = await count()
    await service.open(altered(good, 'state', 'a.b.c'))
    await service.open(altered(altered(good, 'state', 'a.b.c'), 'error', 'access_denied'))
    await service.open(`${good}&state=other`)
    expect(await count()).toBe(before)
  })
})

describe('a link that begins at latch', () => {
  test('is told to be opened, once, and not by a preview', async () => {
    const made = await service.api('POST', '/v1/integrations', {
      providerId: 'slack',
      channel: 'chat',
      credentials: { clientId: SANDBOX.clientId, secretKey: 'x' },
      configurations: { userVerification: 'session', completionUrl: COMPLETION_URL },
    })
    const { identifier } = made.body as { identifier: string }
    const { id, url } = await make({
      integrationIdentifier: identifier,
      connectionIdentifier: null,
    })
    const preview = await service.open(url.toString(), { 'user-agent': 'Slackbot-LinkExpanding 1' })
    expect(preview.status).toBe(204)
    expect(await eventsOf(id)).toEqual([])
    await service.open(url.toString(), as('opened'))
    await service.open(url.toString(), as('opened-again'))
    expect(await eventsOf(id)).toMatchObject([
      { type: 'link.opened', actor: 'callback:opened', subscriberId: SANDBOX.subscriberId },
    ])
  })
})
