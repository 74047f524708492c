import { afterAll, describe, expect, test } from 'bun:test'
import { createApi } from '../../harness/call-api.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'
import { LEE, TEAMS } from './teams.ts'

const service = await startService({ LATCH_METRICS_ADDRESS: '127.0.0.1:0' })
const { api, consent, open, finish, endpoints } = service
afterAll(() => service.stop())

const LINK = '/v1/integrations/channel-endpoints/oauth'
const CONNECT = '/v1/integrations/channel-connections/oauth'
const TAKEN = 'linked_to_another_subscriber'
const ACME = { id: 'T0ACME0001', name: 'Acme Corp' }
const ADA = { authed_user: { id: 'U0ADA00001' }, team: ACME }

for (const subscriberId of ['ada', 'eve']) await api('POST', '/v2/subscribers', { subscriberId })

type Slack = {
  authed_user: { id: string }
  team: { id: string; name: string }
  enterprise?: object
}

/** The address with which a subscriber comes back who has consented, and the id of their link. */
async function consented(subscriberId: string, changes: object = {}, by = api) {
  const made = await by('POST', LINK, {
    subscriberId,
    integrationIdentifier: SANDBOX.integrationIdentifier,
    ...changes,
  })
  if (made.status !== 201) throw new Error(made.text)
  const callback = await consent(new URL((made.body as { url: string }).url))
  return { id: String(made.headers.get('latch-link-id')), callback }
}

/** Links a subscriber as a user whom Slack names; answers the link's id and the page. */
async function link(subscriberId: string, slack: Slack, changes: object = {}, by = api) {
  const { id, callback } = await consented(subscriberId, changes, by)
  service.slackAnswers.push(() => Response.json({ ok: true, ...slack }))
  return { id, page: await open(callback) }
}

const linkStatus = async (id: string) =>
  (await api('GET', `/v1/links/${id}`)).body as Record<string, unknown>

const eventsOf = async (id: string) => {
  const { body } = await api('GET', '/v1/events?limit=100')
  const { data } = body as { data: { linkId: string | null }[] }
  return data.filter(({ linkId }) => linkId === id)
}

// docs/decisions/0027-one-subscriber.md
describe('a chat user who is linked to a subscriber', () => {
  test('is not linked to a second one, who is told so, and not to whom', async () => {
    const context = { t: 'second' }
    expect((await link('ada', ADA, { context })).page.status).toBe(200)
    const before = await endpoints('contextKeys=t:second')
    const { id, page } = await link('eve', ADA, { context })
    expect(page.status).toBe(409)
    expect(page.text).toContain('Already linked to another account')
    expect(page.text).toContain('nothing was linked')
    expect(page.text).not.toContain(String(before[0]?.['identifier']))
    expect(page.text).not.toMatch(/\bada\b/)
    expect(await endpoints('contextKeys=t:second')).toEqual(before)

    const { callback } = await consented('eve', { context })
    service.slackAnswers.push(() => Response.json({ ok: true, ...ADA }))
    const program = await open(callback, { accept: 'application/json' })
    expect([program.status, program.body]).toMatchObject([
      409,
      { message: 'This Slack user is already linked to another subscriber' },
    ])
    expect(await linkStatus(id)).toMatchObject({
      status: 'failed',
      reason: TAKEN,
      explanation: expect.stringContaining('already linked to another subscriber'),
      remedy: expect.stringContaining('delete the endpoint of the other subscriber'),
    })
    expect(await eventsOf(id)).toMatchObject([
      {
        type: 'link.failed',
        reason: TAKEN,
        subscriberId: 'eve',
        data: { endpointIdentifier: before[0]?.['identifier'] },
      },
    ])
    const logged = service.logged.find(
      ({ fields, message }) => message === 'callback' && fields['linkId'] === id,
    )
    expect(logged?.fields).toMatchObject({ outcome: TAKEN, reason: TAKEN })
    const metrics = await (await fetch(`${service.metricsUrl}/metrics`)).text()
    expect(metrics).toMatch(
      new RegExp(`^latch_callbacks_total\\{.*reason="${TAKEN}".*\\} \\d`, 'm'),
    )
  })

  test('keeps the endpoint when the same subscriber links again, by any connection', async () => {
    const context = { t: 'again' }
    await link('ada', ADA, { context })
    const [before] = await endpoints('contextKeys=t:again')
    expect((await link('ada', ADA, { context })).page.status).toBe(200)
    const named = { context, connectionIdentifier: SANDBOX.connectionIdentifier }
    expect((await link('ada', ADA, named)).page.status).toBe(200)
    const after = await endpoints('contextKeys=t:again')
    expect(after.map(({ identifier }) => identifier)).toContain(before?.['identifier'])
    expect((await link('eve', ADA, { context })).page.status).toBe(409)
    expect((await link('eve', ADA, named)).page.status).toBe(409)
  })

  test('is not taken over by a subscriber who links again as that user', async () => {
    const context = { t: 'take-over' }
    const eve = { authed_user: { id: 'U0EVE00001' }, team: ACME }
    await link('ada', ADA, { context })
    await link('eve', eve, { context })
    expect((await link('eve', ADA, { context })).page.status).toBe(409)
    const [kept] = await endpoints('contextKeys=t:take-over&subscriberId=eve')
    expect(kept?.['endpoint']).toEqual({ userId: 'U0EVE00001' })
  })

  test('can be linked to another once the first is unlinked', async () => {
    const context = { t: 'unlinked' }
    await link('ada', ADA, { context })
    const [{ identifier } = {}] = await endpoints('contextKeys=t:unlinked')
    expect((await link('eve', ADA, { context })).page.status).toBe(409)
    await api('DELETE', `/v1/channel-endpoints/${identifier}`)
    expect((await link('eve', ADA, { context })).page.status).toBe(200)
  })

  test('of two subscribers at once is linked to one', async () => {
    for (let round = 0; round < 5; round += 1) {
      const context = { t: `race-${round}` }
      const [ada, eve] = [await consented('ada', { context }), await consented('eve', { context })]
      const pages = await Promise.all([open(ada.callback), open(eve.callback)])
      expect(pages.map(({ status }) => status).sort()).toEqual([200, 409])
      expect(await endpoints(`contextKeys=t:race-${round}`)).toHaveLength(1)
    }
  })

  test('is somebody else in another context, integration, environment or workspace', async () => {
    const context = { t: 'here' }
    expect((await link('ada', ADA, { context })).page.status).toBe(200)
    expect((await link('eve', ADA, { context: { t: 'there' } })).page.status).toBe(200)
    const app = { clientId: SANDBOX.clientId, secretKey: SANDBOX.clientSecret }
    const integration = { providerId: 'slack', channel: 'chat', credentials: app }
    await api('POST', '/v1/integrations', { ...integration, identifier: 'other-app' })
    const elsewhere = { context, integrationIdentifier: 'other-app' }
    expect((await link('eve', ADA, elsewhere)).page.status).toBe(200)
    const team = { id: 'T0OTHER002', name: 'Other Company' }
    expect((await link('eve', { ...ADA, team }, { context })).page.status).toBe(200)

    const other = await addEnvironment(service)
    const asOther = createApi(service.url, fetch)
    const by: typeof api = (method, path, body) =>
      asOther(method, path, body, { authorization: `ApiKey ${other.apiKey}` })
    await by('POST', '/v1/integrations', { ...integration, identifier: 'slack' })
    await by('POST', '/v2/subscribers', { subscriberId: 'eve' })
    expect((await link('eve', ADA, { context }, by)).page.status).toBe(200)
  })

  test('by the API is the same as by a link, in either order', async () => {
    const create = (subscriberId: string, context: object, more: object = {}) =>
      api('POST', '/v1/channel-endpoints', {
        subscriberId,
        integrationIdentifier: 'slack',
        connectionIdentifier: SANDBOX.connectionIdentifier,
        type: 'slack_user',
        endpoint: { userId: 'U0ADA00001' },
        context,
        ...more,
      })
    expect((await create('ada', { t: 'api-first' })).status).toBe(201)
    expect((await link('eve', ADA, { context: { t: 'api-first' } })).page.status).toBe(409)
    await link('ada', ADA, { context: { t: 'link-first' } })
    const refused = await create('eve', { t: 'link-first' })
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining(TAKEN)])
    // Without a connection nobody knows the workspace: it may be another one.
    const unknown = { connectionIdentifier: undefined }
    expect((await create('eve', { t: 'link-first' }, unknown)).status).toBe(201)
    expect((await create('ada', { t: 'link-first' }, unknown)).status).toBe(409)
  })
})

// docs/providers.md#slack-user-and-team-ids
describe('a user of Enterprise Grid', () => {
  const labs = { id: 'T0LABS0001', name: 'Acme Labs' }
  const sales = { id: 'T0SALES001', name: 'Acme Sales' }
  const enterprise = { id: 'E0ACME0001', name: 'Acme' }
  const grid = (team: Slack['team']): Slack => ({
    authed_user: { id: 'W0GRID0001' },
    team,
    enterprise,
  })

  test('is one user in all workspaces of the organisation', async () => {
    const context = { t: 'grid' }
    expect((await link('ada', grid(labs), { context })).page.status).toBe(200)
    expect((await link('eve', grid(labs), { context })).page.status).toBe(409)
    expect((await link('eve', grid(sales), { context })).page.status).toBe(409)
    expect((await link('ada', grid(sales), { context })).page.status).toBe(200)
    const { authed_user } = grid(sales)
    const outside = { authed_user, team: { id: 'T0OUTSIDE', name: 'Outside' } }
    expect((await link('eve', outside, { context })).page.status).toBe(200)
    const whoIs = async (workspaceId: string) => {
      const path = `/v1/identities/slack/${workspaceId}/W0GRID0001?contextKeys=t:grid`
      const { body } = await api('GET', path)
      return (body as { data?: { subscriberId: string }[] }).data?.map(
        ({ subscriberId }) => subscriberId,
      )
    }
    for (const workspaceId of [enterprise.id, labs.id, sales.id]) {
      expect([workspaceId, await whoIs(workspaceId)]).toEqual([workspaceId, ['ada']])
    }
    expect(await whoIs('T0OUTSIDE')).toEqual(['eve'])
    expect(await whoIs('T0ELSEWHERE')).toBeUndefined()
  })

  test('is recognised where a backend knows only the workspace', async () => {
    const context = { t: 'grid-api' }
    await api('POST', '/v1/channel-connections', {
      integrationIdentifier: 'slack',
      identifier: 'labs',
      context,
      workspace: labs,
      auth: { accessToken: 'xoxb-labs' },
    })
    const create = (subscriberId: string) =>
      api('POST', '/v1/channel-endpoints', {
        subscriberId,
        integrationIdentifier: 'slack',
        connectionIdentifier: 'labs',
        type: 'slack_user',
        endpoint: { userId: 'W0GRID0001' },
        context,
      })
    const made = await create('ada')
    expect((await link('eve', grid(labs), { context })).page.status).toBe(409)
    const { identifier } = made.body as { identifier: string }
    await api('DELETE', `/v1/channel-endpoints/${identifier}`)
    expect((await link('eve', grid(labs), { context })).page.status).toBe(200)
    expect((await create('ada')).status).toBe(409)
  })
})

test('a user of Microsoft is recognised however their ids are written', async () => {
  const context = { t: 'teams' }
  const [tenantId, userId] = ['11111111-aaaa-4aaa-8aaa-111111111111', LEE]
  const made = await api('POST', '/v1/channel-endpoints', {
    ...TEAMS,
    subscriberId: 'ada',
    type: 'ms_teams_user',
    endpoint: { userId: userId.toUpperCase(), tenantId: tenantId.toUpperCase() },
    context,
  })
  expect(made.status).toBe(201)
  const url = await service.link({
    ...TEAMS,
    subscriberId: 'eve',
    connectionIdentifier: undefined,
    context,
  })
  expect((await open(await consent(url, { user: LEE }))).status).toBe(409)
  expect(await endpoints('contextKeys=t:teams')).toHaveLength(1)
})

test('whoever installs the app while linked to another subscriber installs it, and is told', async () => {
  const context = { t: 'installer' }
  await link('ada', ADA, { context })
  const made = await api('POST', CONNECT, {
    subscriberId: 'eve',
    integrationIdentifier: 'slack',
    connectionIdentifier: 'installed-by-eve',
    autoLinkUser: true,
    context,
  })
  const page = await finish(await consent(new URL((made.body as { url: string }).url)))
  expect(page.status).toBe(200)
  expect(page.text).toContain('Your workspace is connected')
  expect(page.text).toContain('You yourself were not linked')
  expect(service.logged.findLast(({ message }) => message === 'callback')?.fields).toMatchObject({
    outcome: 'connected',
    reason: TAKEN,
  })
  expect((await api('GET', '/v1/channel-connections/installed-by-eve')).status).toBe(200)
  expect(await endpoints('contextKeys=t:installer')).toMatchObject([{ subscriberId: 'ada' }])
  const id = String(made.headers.get('latch-link-id'))
  expect(await linkStatus(id)).toMatchObject({ status: 'connected', reason: TAKEN })
  expect(await eventsOf(id)).toMatchObject([
    {
      type: 'connection.installed',
      reason: TAKEN,
      data: { endpointIdentifier: expect.stringMatching(/^chendp_/) },
    },
  ])
})
