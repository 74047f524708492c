import { afterAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
const { api } = service
afterAll(() => service.stop())

const PATH = '/v1/channel-connections'
const { integrationIdentifier } = SANDBOX
const TEAM = { id: 'T0OTHER002', name: 'Other Company' }
/** A user of that workspace, from which nobody is linked at first. */
const INSTALLER = 'U0MALLORY4'

type Asked = { subscriberId?: string; context?: Record<string, string> } & Record<string, unknown>

async function installUrl(body: Asked): Promise<URL> {
  const answer = await api('POST', '/v1/integrations/channel-connections/oauth', {
    integrationIdentifier,
    ...body,
  })
  return new URL((answer.body as { url: string }).url)
}

async function install(body: Asked): Promise<void> {
  const callback = await service.consent(await installUrl(body), { user: INSTALLER })
  expect((await service.finish(callback)).status).toBe(200)
}

const identifierOf = async (query: string): Promise<string> => {
  const found = await service.endpoints(query)
  expect(found).toHaveLength(1)
  return String(found[0]?.['connectionIdentifier'])
}

const connectionOf = (subscriberId: string, context?: string): Promise<string> =>
  identifierOf(`subscriberId=${subscriberId}${context ? `&contextKeys=way:${context}` : ''}`)

/** Links a subscriber, and returns the name of the connection in which they are linked. */
async function link(subscriberId: string, context?: string): Promise<string> {
  await api('POST', '/v2/subscribers', { subscriberId })
  const url = await service.link({
    subscriberId,
    connectionIdentifier: null,
    ...(context && { context: { way: context } }),
  })
  const callback = await service.consent(url, { user: INSTALLER })
  const authed_user = { id: `U0${subscriberId.toUpperCase().replaceAll('-', '')}` }
  service.slackAnswers.push(() => Response.json({ ok: true, authed_user, team: TEAM }))
  expect((await service.open(callback)).status).toBe(200)
  return connectionOf(subscriberId, context)
}

async function stored(identifier: string) {
  const { environments, integrations, connections } = service.deps.store
  const environmentId = String((await environments.first())?.id)
  const integration = await integrations.findByIdentifier(environmentId, integrationIdentifier)
  return connections.find(String(integration?.id), identifier)
}

const revocations = (): number =>
  service.slackRequests.filter((request) => request === 'POST /api/auth.revoke').length

// docs/decisions/0011-linking-again.md
describe('an install under the name of the connection in which others were linked', () => {
  test('belongs to its subscriber, and leaves the others and other contexts alone', async () => {
    const identifier = await link('owner', 'one')
    expect(await link('owner', 'two')).toBe(identifier)
    expect(await link('guest', 'one')).toBe(identifier)
    await install({
      subscriberId: 'owner',
      connectionIdentifier: identifier,
      context: { way: 'one' },
    })
    expect(await stored(identifier)).toMatchObject({
      subscriberId: 'owner',
      contextKeys: ['way:one'],
      origin: 'install',
    })
    expect(await connectionOf('owner', 'one')).toBe(identifier)
    const fallback = await connectionOf('guest', 'one')
    expect(await connectionOf('owner', 'two')).toBe(fallback)
    expect(await stored(fallback)).toMatchObject({ subscriberId: null, origin: 'identity' })

    const before = revocations()
    expect((await api('DELETE', `${PATH}/${identifier}?revoke=true`)).status).toBe(204)
    expect(revocations()).toBe(before + 1)
    expect(await connectionOf('guest', 'one')).toBe(fallback)
    expect(await connectionOf('owner', 'two')).toBe(fallback)
  })

  test('belongs to its contexts if it is shared, and leaves all others alone', async () => {
    const identifier = await link('sharer', 'shared')
    await link('colleague', 'shared')
    await link('stranger', 'not-shared')
    await link('without-context')
    await install({
      connectionMode: 'shared',
      connectionIdentifier: identifier,
      context: { way: 'shared' },
    })
    expect(await connectionOf('sharer', 'shared')).toBe(identifier)
    expect(await connectionOf('colleague', 'shared')).toBe(identifier)
    const fallback = await connectionOf('stranger', 'not-shared')
    expect(fallback).not.toBe(identifier)
    expect(await connectionOf('without-context')).toBe(fallback)
    expect((await api('DELETE', `${PATH}/${identifier}`)).status).toBe(204)
    for (const subscriber of ['sharer', 'colleague', 'stranger', 'without-context']) {
      expect(await service.endpoints(`subscriberId=${subscriber}`)).toHaveLength(1)
    }
  })
})

describe('an install under the name of a connection with a token', () => {
  const withToken = { workspace: TEAM, auth: { accessToken: 'xoxb-from-the-backend' } }

  test('is an installation from then on, and its token is revoked with it', async () => {
    const subscriberId = 'backend'
    await api('POST', '/v2/subscribers', { subscriberId })
    const connection = { integrationIdentifier, identifier: 'by-backend', subscriberId }
    await api('POST', PATH, { ...connection, ...withToken })
    await install({ subscriberId, connectionIdentifier: 'by-backend' })
    expect(await stored('by-backend')).toMatchObject({ subscriberId, origin: 'install' })
    const before = revocations()
    expect((await api('DELETE', `${PATH}/by-backend?revoke=true`)).status).toBe(204)
    expect(revocations()).toBe(before + 1)
  })

  test('and without an owner takes over nobody', async () => {
    const open = await link('early')
    expect((await api('PATCH', `${PATH}/${open}`, withToken)).status).toBe(200)
    // Another connection of the workspace without a token is made when an installation goes.
    const owned = { integrationIdentifier, identifier: 'short-lived', subscriberId: 'early' }
    await api('POST', PATH, { ...owned, ...withToken })
    await api('POST', '/v2/subscribers', { subscriberId: 'late' })
    await api('POST', '/v1/channel-endpoints', {
      integrationIdentifier,
      subscriberId: 'late',
      connectionIdentifier: 'short-lived',
      type: 'slack_user',
      endpoint: { userId: 'U0LATE' },
    })
    expect((await api('DELETE', `${PATH}/short-lived`)).status).toBe(204)
    const fallback = await connectionOf('late')
    expect(await stored(fallback)).toMatchObject({ origin: 'identity' })

    await install({ subscriberId: 'early', connectionIdentifier: open })
    expect(await connectionOf('late')).toBe(fallback)
  })
})

// docs/decisions/0014-secrets.md
describe('a bot token is the workspace’s, and is not revoked by an install', () => {
  const events = async (): Promise<{ reason: string | null }[]> => {
    const path = '/v1/events?types=link.installation_discarded&limit=100'
    return ((await api('GET', path)).body as { data: { reason: string | null }[] }).data
  }

  test('that is declined at Slack', async () => {
    const before = revocations()
    const url = await installUrl({ subscriberId: 'early', connectionIdentifier: 'declined' })
    const callback = await service.consent(url, { user: INSTALLER, decision: 'deny' })
    expect((await service.open(callback)).status).toBe(400)
    expect([revocations(), await stored('declined')]).toEqual([before, null])
    expect(await events()).toEqual([])
  })

  test('that is refused because it was made in another workspace', async () => {
    const before = revocations()
    const url = await installUrl({ context: { way: 'one' }, connectionIdentifier: 'acme-only' })
    await service.finish(await service.consent(url, { user: 'U0ADA00001' }))
    const again = await installUrl({ context: { way: 'one' }, connectionIdentifier: 'acme-only' })
    const callback = await service.consent(again, { user: INSTALLER })
    expect((await service.open(callback)).status).toBe(409)
    expect(revocations()).toBe(before)
    expect(await events()).toMatchObject([{ reason: 'wrong_workspace' }])
  })
})
