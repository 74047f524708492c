import { afterAll, describe, expect, test } from 'bun:test'
import { sameBrowser } from '../../harness/attempts.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
const { api, consent, open, finish, endpoints } = service
afterAll(() => service.stop())
const PATH = '/v1/integrations/channel-connections/oauth'
const integrationIdentifier = SANDBOX.integrationIdentifier
const { subscriberId } = SANDBOX

const ask = (body: object) => api('POST', PATH, { integrationIdentifier, ...body })

async function connectUrl(body: object): Promise<URL> {
  const { status, body: answer, text } = await ask(body)
  if (status !== 201) throw new Error(text)
  return new URL((answer as { url: string }).url)
}

const connection = (identifier: string) => api('GET', `/v1/channel-connections/${identifier}`)

/** What Slack answers to an install, for what the stand-in's one app cannot show. */
const installed = (changes: object) => () =>
  Response.json({
    ok: true,
    access_token: 'xoxb-from-slack',
    token_type: 'bot',
    scope: 'chat:write',
    team: { id: 'T0ACME0001', name: 'Acme Corp' },
    enterprise: null,
    is_enterprise_install: false,
    authed_user: { id: 'U0ADA00001' },
    ...changes,
  })

describe('an install', () => {
  // docs/decisions/0014-secrets.md
  test('is stored once under the name that was asked for, its token sealed', async () => {
    const body = { subscriberId, connectionIdentifier: 'acme', context: { way: 'named' } }
    const callback = await consent(await connectUrl(body))
    const page = await finish(callback)
    expect(page.status).toBe(200)
    expect(page.text).toContain('Your Slack workspace is connected and ready to use.')
    const stored = await connection('acme')
    expect(stored.body).toEqual({
      identifier: 'acme',
      channel: 'chat',
      providerId: 'slack',
      integrationIdentifier,
      subscriberId,
      contextKeys: ['way:named'],
      workspace: { id: 'T0ACME0001', name: 'Acme Corp', botUserId: 'U0LATCHBOT' },
      auth: { accessToken: expect.stringMatching(/^xoxb-/) },
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    })
    const { accessToken } = (stored.body as { auth: { accessToken: string } }).auth
    expect(await Bun.file(`${service.databaseFile}-wal`).text()).not.toContain(accessToken)
    expect((await open(callback)).status).toBe(200)
    expect((await connection('acme')).text).toBe(stored.text)
    expect(await endpoints('contextKeys=way:named')).toEqual([])
  })

  test('under an empty name gets one', async () => {
    const body = { subscriberId, connectionIdentifier: '', context: { way: 'nameless' } }
    expect((await finish(await consent(await connectUrl(body)))).status).toBe(200)
    const { body: found } = await service.api(
      'GET',
      '/v1/channel-connections?contextKeys=way:nameless',
    )
    expect(found).toMatchObject({ data: [{ identifier: expect.stringMatching(/^chconn_/) }] })
  })

  // docs/providers.md#slack-token-rotation
  test('again for the same owner replaces the tokens, and keeps the name', async () => {
    const body = { subscriberId, context: { way: 'named' } }
    const callback = await consent(await connectUrl(body))
    service.slackAnswers.push(installed({}))
    await finish(callback)
    expect((await connection('acme')).body).toMatchObject({
      auth: { accessToken: 'xoxb-from-slack' },
    })
  })

  test('in another workspace than the connection has is refused', async () => {
    const body = { subscriberId, connectionIdentifier: 'acme', context: { way: 'named' } }
    const page = await open(await consent(await connectUrl(body), { user: 'U0MALLORY4' }))
    expect(page.status).toBe(409)
    expect(page.text).toContain('this link is for Acme Corp')
    expect((await connection('acme')).body).toMatchObject({ workspace: { id: 'T0ACME0001' } })
  })

  test('that is shared belongs to its context, and to no subscriber', async () => {
    const body = {
      subscriberId,
      connectionIdentifier: 'shared',
      context: { way: 'shared' },
      connectionMode: 'shared',
    }
    await finish(await consent(await connectUrl(body)))
    expect((await connection('shared')).body).toMatchObject({
      subscriberId: null,
      contextKeys: ['way:shared'],
    })
  })

  test('links who installed it where that is asked for', async () => {
    const body = {
      subscriberId,
      connectionIdentifier: 'both',
      context: { way: 'both' },
      autoLinkUser: true,
    }
    await finish(await consent(await connectUrl(body)))
    expect(await endpoints('contextKeys=way:both')).toMatchObject([
      {
        type: 'slack_user',
        endpoint: { userId: 'U0ADA00001' },
        connectionIdentifier: 'both',
      },
    ])
  })

  test('takes over the connection that was made when somebody linked before', async () => {
    const link = await service.link({ connectionIdentifier: null, context: { way: 'before' } })
    await open(await consent(link, { user: 'U0MALLORY4' }))
    const [endpoint] = await endpoints('contextKeys=way:before')
    const identifier = String(endpoint?.['connectionIdentifier'])
    expect((await connection(identifier)).body).toMatchObject({
      auth: { accessToken: 'identity-only' },
    })
    const install = await connectUrl({ subscriberId, context: { way: 'later' } })
    await finish(await consent(install, { user: 'U0MALLORY4' }))
    expect((await connection(identifier)).body).toMatchObject({
      workspace: { id: 'T0OTHER002' },
      auth: { accessToken: expect.stringMatching(/^xoxb-/) },
    })
  })

  // docs/providers.md#slack-enterprise-grid-installs
  test('of a whole organisation has no team, and is known by the organisation', async () => {
    const body = { subscriberId, connectionIdentifier: 'grid', context: { way: 'grid' } }
    const callback = await consent(await connectUrl(body))
    const enterprise = { id: 'E0GRID', name: 'Grid Inc' }
    service.slackAnswers.push(installed({ team: null, enterprise, is_enterprise_install: true }))
    expect((await finish(callback)).status).toBe(200)
    expect((await connection('grid')).body).toMatchObject({
      workspace: { id: 'E0GRID', name: 'Grid Inc' },
    })
  })

  // docs/providers.md#slack-enterprise-grid-installs
  test('of a workspace that belongs to an organisation is known by the workspace', async () => {
    const body = { subscriberId, connectionIdentifier: 'member', context: { way: 'member' } }
    const callback = await consent(await connectUrl(body))
    service.slackAnswers.push(installed({ enterprise: { id: 'E0GRID', name: 'Grid Inc' } }))
    await finish(callback)
    expect((await connection('member')).body).toMatchObject({ workspace: { id: 'T0ACME0001' } })
  })

  // docs/providers.md#slack-token-rotation
  test('keeps the refresh token of an app that rotates', async () => {
    const body = { subscriberId, connectionIdentifier: 'rotating', context: { way: 'rotating' } }
    const callback = await consent(await connectUrl(body))
    service.slackAnswers.push(installed({ refresh_token: 'xoxe-1', expires_in: 43_200 }))
    await finish(callback)
    const stored = await connection('rotating')
    const { auth } = stored.body as { auth: { refreshToken: string; expiresAt: string } }
    expect(auth.refreshToken).toBe('xoxe-1')
    const inMs = Date.parse(auth.expiresAt) - service.deps.clock()
    expect(Math.abs(inMs - 43_200_000)).toBeLessThan(60_000)
  })

  const unstorable: [string, object][] = [
    ['U+0000 in the id of the workspace', { team: { id: 'T0NEW\0evil', name: 'New' } }],
    ['U+0000 in its name', { team: { id: 'T0NEW', name: 'New\0evil' } }],
    ['half a surrogate pair', { team: { id: 'T0NEW', name: '\ud800' } }],
    ['an id that is too long', { team: { id: 'T'.repeat(257), name: 'New' } }],
    ['a name that is too long', { team: { id: 'T0NEW', name: 'N'.repeat(1001) } }],
    ['U+0000 in who installed it', { authed_user: { id: 'U0\0' } }],
    ['U+0000 in the id of the bot', { bot_user_id: 'U0\0' }],
    ['a token that is too long', { access_token: 'x'.repeat(16_385) }],
    ['a lifetime that has no end', { refresh_token: 'xoxe-1', expires_in: 1e15 }],
    ['U+0000 in a webhook', { incoming_webhook: { url: 'https://hooks.slack.test/\0' } }],
    ['an internal webhook', { incoming_webhook: { url: 'http://169.254.169.254/latest' } }],
    ['a webhook with a password', { incoming_webhook: { url: 'https://a:b@hooks.slack.test/' } }],
    ['a webhook that is no URL', { incoming_webhook: { url: 'javascript:alert(1)' } }],
  ]
  for (const [index, [what, changes]] of unstorable.entries()) {
    test(`with ${what} is refused, and stores nothing`, async () => {
      const connectionIdentifier = `unstorable-${index}`
      const context = { way: connectionIdentifier }
      const body = { subscriberId, connectionIdentifier, context, autoLinkUser: true }
      const callback = await consent(await connectUrl(body))
      service.slackAnswers.push(installed(changes))
      const page = await open(callback)
      expect(page.status).toBe(400)
      expect(page.text).toContain('Slack said: invalid response: ')
      expect((await connection(connectionIdentifier)).status).toBe(404)
      expect(await endpoints(`contextKeys=way:${connectionIdentifier}`)).toEqual([])
      expect((await open(callback, sameBrowser(page))).text).toContain('invalid response: ')
    })
  }

  test('with an incoming webhook stores that, and no connection', async () => {
    const body = { subscriberId, scope: ['incoming-webhook'], context: { way: 'hook' } }
    const callback = await consent(await connectUrl(body))
    const incoming_webhook = { url: 'https://hooks.slack.test/1', channel: '#general' }
    service.slackAnswers.push(installed({ incoming_webhook }))
    await finish(callback)
    expect(await endpoints('contextKeys=way:hook')).toMatchObject([
      {
        type: 'webhook',
        endpoint: { url: 'https://hooks.slack.test/1' },
        connectionIdentifier: null,
      },
    ])
  })

  test('of two at the same moment for one owner makes one connection', async () => {
    const body = { subscriberId, context: { way: 'twice' } }
    const callbacks = await Promise.all(
      [1, 2, 3, 4].map(async () => consent(await connectUrl(body))),
    )
    const pages = await Promise.all(callbacks.map((callback) => finish(callback)))
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const environment = await service.deps.store.environments.first()
    const integration = await service.deps.store.integrations.findByIdentifier(
      String(environment?.id),
      'slack',
    )
    const owner = { subscriberId, contextKeys: ['way:twice'] }
    const { connections } = service.deps.store
    const found = await connections.findByOwner(String(integration?.id), owner)
    expect(found?.origin).toBe('install')
  })
})

// docs/decisions/0010-workspaces.md
// docs/providers.md#slack-enterprise-grid-installs
// docs/providers.md#slack-user-and-team-ids
describe('where a whole organisation has the app,', () => {
  const grid = (team: string) => () =>
    Response.json({
      ok: true,
      authed_user: { id: 'W0GRID0001' },
      team: { id: team, name: 'Acme Labs' },
      enterprise: { id: 'E0ACME0001', name: 'Acme' },
      is_enterprise_install: false,
    })

  test('people of any of its workspaces link through its connection', async () => {
    const install = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
      integrationIdentifier: 'slack',
      context: { grid: 'yes' },
      connectionIdentifier: 'organisation',
    })
    const installed = await service.consent(new URL((install.body as { url: string }).url))
    service.slackAnswers.push(() =>
      Response.json({
        ok: true,
        access_token: 'xoxb-grid',
        authed_user: { id: 'W0ADMIN' },
        team: null,
        enterprise: { id: 'E0ACME0001', name: 'Acme' },
        is_enterprise_install: true,
      }),
    )
    expect((await service.finish(installed)).status).toBe(200)

    for (const [connectionIdentifier, context] of [
      ['organisation', { grid: 'named' }],
      [undefined, { grid: 'yes' }],
    ] as const) {
      const address = await service.consent(await service.link({ connectionIdentifier, context }))
      service.slackAnswers.push(grid('T0LABS0001'))
      expect((await service.open(address)).status).toBe(200)
      expect(await service.endpoints(`contextKeys=grid:${context.grid}`)).toMatchObject([
        { connectionIdentifier: 'organisation', endpoint: { userId: 'W0GRID0001' } },
      ])
    }
  })
})
