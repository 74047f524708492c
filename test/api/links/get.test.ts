import { afterAll, describe, expect, test } from 'bun:test'
import { type Expected, testCases } from '../../harness/cases.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { LINK_PATH, SAMPLE_BODY, startService } from '../../harness/service.ts'
import { COMPLETION_URL } from '../../harness/session-app.ts'

const service = await startService()
afterAll(() => service.stop())

const CONNECT_PATH = '/v1/integrations/channel-connections/oauth'

/** A link, and its id. */
async function make(changes: Record<string, unknown> = {}, path = LINK_PATH) {
  const made = await service.api('POST', path, { ...SAMPLE_BODY, ...changes })
  if (made.status !== 201) throw new Error(made.text)
  const { url } = made.body as { url: string }
  return { id: String(made.headers.get('latch-link-id')), url: new URL(url) }
}

async function read(id: string): Promise<Record<string, unknown>> {
  const { status, body, text } = await service.api('GET', `/v1/links/${id}`)
  if (status !== 200) throw new Error(text)
  return body as Record<string, unknown>
}

const nothing = {
  openedAt: null,
  endedAt: null,
  integrationIdentifier: null,
  providerId: null,
  subscriberId: null,
  contextKeys: null,
  connectionIdentifier: null,
  endpointIdentifier: null,
  nextLinkId: null,
  verification: null,
  reason: null,
  providerError: null,
  explanation: null,
  remedy: null,
}

const about = {
  integrationIdentifier: SANDBOX.integrationIdentifier,
  providerId: 'slack',
  subscriberId: SANDBOX.subscriberId,
}

describe('a link that nobody has opened', () => {
  test('waits until it expires, and nothing else is known of it', async () => {
    const { id } = await make()
    const waiting = await read(id)
    const [createdMs, expiresMs] = [waiting['createdAt'], waiting['expiresAt']].map((at) =>
      Date.parse(String(at)),
    )
    expect(waiting).toEqual({
      ...nothing,
      id,
      status: 'waiting',
      usable: true,
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
    })
    expect(Number(expiresMs) - Number(createdMs)).toBe(300_000)
    service.advance(301_000)
    expect(await read(id)).toEqual({
      ...waiting,
      status: 'expired',
      usable: false,
      reason: 'not_completed',
      explanation: expect.stringContaining('Nobody has returned'),
      remedy: expect.stringContaining('latch doctor'),
    })
    service.advance(-301_000)
  })

  const made = async (): Promise<{ path: string }> => ({ path: `/v1/links/${(await make()).id}` })
  const keyOf = async (changes: Parameters<typeof service.addKey>[0]) => ({
    ...(await made()),
    key: await service.addKey(changes),
  })
  const otherEnvironment = async (): Promise<string> => {
    const { store, random, clock } = service.deps
    const id = random.recordId(clock())
    const other = { id, organizationId: 'o', name: 'b', createdAtMs: clock() }
    await store.commit([store.environments.insert(other)])
    return id
  }
  const GET = { method: 'GET', path: '' }
  const unknown: Expected = { status: 404, code: 'link_not_found', lacks: 'waiting' }
  const altered = ({ path }: { path: string }) => ({
    path: path.slice(0, -1) + (path.endsWith('A') ? 'B' : 'A'),
  })
  testCases(service, GET, [
    { name: 'is told', status: 200, contains: { status: 'waiting' }, before: made },
    {
      name: 'is told to a key that may read',
      status: 200,
      contains: { status: 'waiting' },
      before: () => keyOf({ permissions: ['read'] }),
    },
    {
      name: 'is not told to a key that may make links',
      status: 403,
      code: 'api_key_restricted',
      before: () => keyOf({ permissions: ['links'] }),
    },
    {
      name: 'is unknown in another environment',
      ...unknown,
      before: async () => keyOf({ environmentId: await otherEnvironment() }),
    },
    {
      name: 'is unknown where its id was changed',
      ...unknown,
      before: async () => altered(await made()),
    },
    ...['lnk_', 'x', '%00'].map((id) => ({
      name: `is unknown by the id ${id}`,
      ...unknown,
      request: { path: `/v1/links/${id}` },
    })),
  ])
})

describe('a link that was completed', () => {
  test('is linked, and names what was stored', async () => {
    const { id, url } = await make({ context: { status: 'linked' } })
    await service.open(await service.consent(url))
    const [endpoint] = await service.endpoints('contextKeys=status:linked')
    const linked = {
      ...about,
      status: 'linked',
      usable: false,
      endedAt: expect.any(String),
      contextKeys: ['status:linked'],
      connectionIdentifier: SANDBOX.connectionIdentifier,
      endpointIdentifier: endpoint?.['identifier'],
      reason: null,
      remedy: null,
    }
    expect(await read(id)).toMatchObject(linked)
    await service.open(`${service.url}/v1/integrations/chat/oauth/callback${url.search}&error=x`)
    expect(await read(id)).toMatchObject(linked)
    service.advance(600_000)
    expect(await read(id)).toMatchObject(linked)
    service.advance(-600_000)
  })

  test('is connected where it was to connect, and names both', async () => {
    const body = { connectionIdentifier: 'status', context: { s: 'c' }, autoLinkUser: true }
    const { id, url } = await make(body, CONNECT_PATH)
    await service.finish(await service.consent(url))
    expect(await read(id)).toMatchObject({
      ...about,
      status: 'connected',
      connectionIdentifier: 'status',
      endpointIdentifier: expect.stringMatching(/^chendp_/),
      nextLinkId: null,
    })
  })

  test('is known also when the secret key that signed its id is forgotten', async () => {
    const { id, url } = await make({ context: { status: 'rotated' } })
    await service.open(await service.consent(url))
    const { states } = service.deps
    const { readLinkId } = states
    states.readLinkId = (...asked) => {
      const known = readLinkId(...asked)
      return known && { ...known, isSigned: false }
    }
    expect(await read(id)).toMatchObject({ status: 'linked' })
    const unused = await make()
    expect((await service.api('GET', `/v1/links/${unused.id}`)).status).toBe(404)
    states.readLinkId = readLinkId
  })
})

describe('a link that failed', () => {
  test('says why and what to do, and can be used until it expires', async () => {
    const { id, url } = await make({ context: { status: 'denied' } })
    await service.open(await service.consent(url, { decision: 'deny' }))
    const failed = {
      ...about,
      status: 'failed',
      usable: true,
      endedAt: expect.any(String),
      reason: 'access_denied',
      providerError: 'access_denied',
      explanation: expect.stringContaining('Cancel'),
      remedy: expect.stringContaining('until it expires'),
    }
    expect(await read(id)).toMatchObject(failed)
    service.advance(301_000)
    await service.open(`${service.url}/v1/integrations/chat/oauth/callback${url.search}&code=x`)
    expect(await read(id)).toMatchObject({ ...failed, usable: false })
    service.advance(-301_000)
    await service.open(await service.consent(url))
    expect(await read(id)).toMatchObject({ status: 'linked', usable: false, reason: null })
  })

  test('can be used again where the workspace was another', async () => {
    const { id, url } = await make({ context: { status: 'wrong' } })
    await service.open(await service.consent(url, { user: 'U0MALLORY4' }))
    expect(await read(id)).toMatchObject({
      status: 'failed',
      usable: true,
      reason: 'wrong_workspace',
      providerError: null,
    })
    await service.open(await service.consent(url))
    expect(await read(id)).toMatchObject({ status: 'linked', usable: false, reason: null })
  })

  test('because somebody came too late has expired, and says so', async () => {
    const { id, url } = await make()
    const callback = await service.consent(url)
    service.advance(301_000)
    await service.open(callback)
    expect(await read(id)).toMatchObject({ ...about, status: 'expired', reason: 'link_expired' })
    service.advance(-301_000)
  })
})

test('a link that begins at latch is opened, and says when', async () => {
  const made = await service.api('POST', '/v1/integrations', {
    providerId: 'slack',
    channel: 'chat',
    credentials: { clientId: SANDBOX.clientId, secretKey: 'x' },
    configurations: { userVerification: 'session', completionUrl: COMPLETION_URL },
  })
  const { identifier } = made.body as { identifier: string }
  const body = { integrationIdentifier: identifier, connectionIdentifier: null }
  const { id, url } = await make(body)
  expect(await read(id)).toMatchObject({ status: 'waiting', openedAt: null })
  await service.open(url.toString())
  expect(await read(id)).toMatchObject({
    status: 'opened',
    usable: true,
    openedAt: expect.any(String),
    integrationIdentifier: identifier,
    subscriberId: SANDBOX.subscriberId,
  })
})
