import { afterAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { PersonExport } from '../../../src/domain/subscribers/personal-data.ts'
import { sendAction } from '../../../src/operator/send-action.ts'
import { eraseSubscriberAction, exportSubscriberAction } from '../../../src/operator/subscribers.ts'
import { isUnmetExpectation } from '../../../src/store/failures.ts'
import { startService, type TestService } from '../../harness/service.ts'
import { storedText } from '../../harness/stored-text.ts'

const MASTER_KEY = new Uint8Array(32).fill(0xab)
const ADA = 'ada.lovelace@example.com'
const PROFILE = {
  firstName: 'Augusta',
  lastName: 'Byron-King',
  email: 'augusta@example.org',
  phone: '+441815',
  data: { born: '10 December 1815' },
}
/** Whatever must be gone: the id, the profile, and who she is at providers. */
const HERS = [
  ADA,
  ...['Augusta', 'Byron-King', 'augusta@example.org', '+441815', '10 December 1815'],
  ...['U0ADA00001', 'U0GRACE002', '+491843', 'xoxb-of-ada', 'T0OFADA'],
  // In a link's state, if one were kept.
  btoa(ADA).slice(0, 24),
]

const services: TestService[] = []
afterAll(() => Promise.all(services.map((service) => service.stop())))

async function startWithPeople(): Promise<TestService> {
  const service = await startService({ LATCH_SECRET_KEY: 'ab'.repeat(32) })
  services.push(service)
  const make = async (path: string, body: object): Promise<void> => {
    const { status, text } = await service.api('POST', path, body, {
      'idempotency-key': path + JSON.stringify(body).slice(0, 90),
    })
    if (status !== 201) throw new Error(`${path}: ${status} ${text}`)
  }
  await make('/v2/subscribers', { subscriberId: ADA, ...PROFILE })
  await make('/v2/subscribers', { subscriberId: 'grace', firstName: 'Brewster' })
  await make('/v1/channel-connections', {
    identifier: 'hers',
    integrationIdentifier: 'slack',
    subscriberId: ADA,
    workspace: { id: 'T0HERS', name: 'Hers' },
    auth: { accessToken: 'xoxb-of-ada' },
  })
  const endpoint = { integrationIdentifier: 'slack', subscriberId: ADA }
  await make('/v1/channel-endpoints', {
    ...endpoint,
    type: 'phone',
    endpoint: { phoneNumber: '+491843' },
  })
  await make('/v1/channel-endpoints', {
    ...endpoint,
    type: 'webhook',
    endpoint: { url: 'https://hooks.example.com/T0OFADA/secret' },
  })
  // Somebody else, who linked in her connection.
  await make('/v1/channel-endpoints', {
    ...endpoint,
    subscriberId: 'grace',
    connectionIdentifier: 'hers',
    type: 'slack_user',
    endpoint: { userId: 'U0OTHER001' },
  })
  return service
}

/** Links, is changed to another user, and declines once. */
async function live(service: TestService): Promise<void> {
  const link = (): Promise<URL> =>
    service.link({ subscriberId: ADA, connectionIdentifier: undefined })
  await service.open(await service.consent(await link(), { user: 'U0ADA00001' }))
  await service.open(await service.consent(await link(), { decision: 'deny' }))
  const { body } = await service.api('GET', `/v1/channel-endpoints?subscriberId=${ADA}`)
  const { data } = body as { data: { identifier: string; type: string }[] }
  const webhook = data.find(({ type }) => type === 'webhook')
  const patched = await service.api('PATCH', `/v1/channel-endpoints/${webhook?.identifier}`, {
    endpoint: { url: 'https://hooks.example.com/T0OFADA/other' },
  })
  expect(patched.status).toBe(200)
  const linked = data.find(({ type }) => type === 'slack_user')
  const changed = await service.api('PATCH', `/v1/channel-endpoints/${linked?.identifier}`, {
    endpoint: { userId: 'U0GRACE002' },
  })
  expect(changed.status).toBe(200)
  await service.api('PATCH', `/v2/subscribers/${ADA}`, { locale: 'en-GB' })
}

/** Writes a checkpoint over all events. The job that does so, too, may be first. */
async function checkpoint({ deps: { store, clock } }: TestService): Promise<void> {
  await store.events.index()
  for (;;) {
    const next = await store.events.checkpoints.next(clock())
    if (next === null) return
    const isWritten = await store.commit([...next.expects, ...next.writes]).then(
      () => true,
      (error: unknown) => {
        if (!isUnmetExpectation(error)) throw error
        return false
      },
    )
    if (isWritten) return
  }
}

const person = { environmentId: null, subscriberId: ADA }
const exported = ({ dataDir }: TestService): Promise<PersonExport> =>
  sendAction(dataDir, exportSubscriberAction, person).then((sent) => {
    if (sent.kind !== 'done') throw new Error('no latch')
    return sent.output
  })
const erase = (service: TestService, subscriberId = ADA) =>
  service.api('DELETE', `/v2/subscribers/${subscriberId}?erase=true`)

/** Lines about somebody else, but for answers to repeated requests: those go with time. */
const ofGrace = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => /grace|Brewster|U0OTHER001/.test(line) && !line.startsWith('idempotency'))

describe('what is stored about one person', () => {
  test('is exported completely, and without secrets', async () => {
    const service = await startWithPeople()
    await live(service)
    const found = await exported(service)
    expect(found).toMatchObject({
      subscriberId: ADA,
      subscriber: { profile: { ...PROFILE, locale: 'en-GB' } },
      connections: [{ identifier: 'hers', integrationIdentifier: 'slack', providerId: 'slack' }],
    })
    expect(found.endpoints.map(({ type, endpoint }) => [type, endpoint])).toEqual([
      ['phone', { phoneNumber: '+491843' }],
      ['webhook', {}],
      ['slack_user', expect.objectContaining({ userId: 'U0GRACE002' })],
    ])
    const types = found.events.map(({ type, reason }) => [type, reason])
    expect(types).toContainEqual(['endpoint.linked', null])
    expect(types).toContainEqual(['link.failed', 'access_denied'])
    expect(found.events.every(({ subscriberId }) => subscriberId === ADA)).toBe(true)
    const text = JSON.stringify(found)
    // Who she was before she linked again is among the events.
    expect(text).toContain('U0ADA00001')
    for (const secret of ['xoxb-', 'T0OFADA', 'grace', 'U0OTHER001']) {
      expect(text).not.toContain(secret)
    }
  })

  test('is erased, and none of it remains in the database; the events can still be verified', async () => {
    const service = await startWithPeople()
    await live(service)
    const { store, clock } = service.deps
    const stored = (): string => storedText(service.databaseFile, MASTER_KEY)
    const hersIn = (text: string): string[] => HERS.filter((one) => text.includes(one))
    expect(hersIn(stored())).toEqual(HERS.filter((one) => one !== btoa(ADA).slice(0, 24)))
    await checkpoint(service)
    const others = ofGrace(stored())
    const late = await service.link({ subscriberId: ADA, connectionIdentifier: undefined })
    const before = await store.events.verify()
    const since = (await service.api('GET', '/v1/events?limit=100')).body as { next: string }

    expect((await erase(service)).body).toEqual({ acknowledged: true, status: 'deleted' })
    // What was sealed to answer a repeated request is the last that is left, and no longer than a day.
    await store.idempotencyRecords.removeExpired(clock() + 24 * 60 * 60_000, 1000)
    expect(hersIn(stored())).toEqual([])
    await checkpoint(service)
    const after = await store.events.verify()
    expect(after).toMatchObject({ problems: [], events: before.events + 7 })
    // Each change is told, and none of it says whose it was; Grace's endpoint is hers still.
    const told = (await service.api('GET', `/v1/events?limit=100&after=${since.next}`)).body
    const erased = told as { data: { type: string; reason: string; subscriberId: unknown }[] }
    expect(
      erased.data.map(({ type, reason, subscriberId }) => [type, reason, subscriberId]),
    ).toEqual([
      ['connection.created', 'subscriber_erased', null],
      ['endpoint.moved', 'subscriber_erased', 'grace'],
      ...Array.from({ length: 3 }, () => ['endpoint.deleted', 'subscriber_erased', null]),
      ['connection.deleted', 'subscriber_erased', null],
      ['subscriber.erased', null, null],
    ])

    // A link that was made before does not bring her back.
    const failed = await service.open(await service.consent(late))
    expect(failed.status).toBe(404)
    expect(hersIn(stored())).toEqual([])
    const failures = await service.api('GET', '/v1/events?types=link.failed&limit=100')
    expect((failures.body as { data: object[] }).data.at(-1)).toMatchObject({
      reason: 'subscriber_gone',
      subscriberId: null,
    })

    // Others are as they were, but for the connection that they had linked in.
    // But for the event that her endpoint was moved.
    expect(ofGrace(stored())).toEqual([...others, 'events.subscriber_id: grace'])
    expect(others.length).toBeGreaterThanOrEqual(4)
    const { body } = await service.api('GET', '/v1/channel-endpoints?subscriberId=grace')
    const [left] = (body as { data: { connectionIdentifier: string }[] }).data
    const connection = await service.api(
      'GET',
      `/v1/channel-connections/${left?.connectionIdentifier}`,
    )
    expect(connection.body).toMatchObject({ workspace: { id: 'T0HERS' }, subscriberId: null })

    // And its event names nobody.
    const { data } = (await service.api('GET', '/v1/events?types=subscriber.erased')).body as {
      data: object[]
    }
    expect(data).toEqual([
      expect.objectContaining({
        subject: expect.stringMatching(/^subscriber:[0-9a-f]{24}$/),
        subscriberId: null,
        data: { endpoints: 3, connections: 1 },
        personal: null,
      }),
    ])
    expect((await erase(service)).status).toBe(404)
    await expect(exported(service)).rejects.toThrow('Nothing is stored about them')
  })

  test('is not stored again by a link that is being completed', async () => {
    const service = await startWithPeople()
    for (const [fails, expected] of [
      [true, 'code_refused'],
      [false, 'subscriber_gone'],
    ] as const) {
      await service.api('POST', '/v2/subscribers', { subscriberId: ADA, ...PROFILE })
      const link = await service.link({ subscriberId: ADA, connectionIdentifier: undefined })
      const address = await service.consent(link)
      service.slackAnswers.push(async () => {
        expect((await erase(service)).status).toBe(200)
        return fails
          ? Response.json({ ok: false, error: 'invalid_code' })
          : Response.json({ ok: true, authed_user: { id: 'U0ADA00001' }, team: { id: 'T0HERS' } })
      })
      await service.open(address)
      const failures = await service.api('GET', '/v1/events?types=link.failed&limit=100')
      expect((failures.body as { data: object[] }).data.at(-1)).toMatchObject({
        reason: expected,
        subscriberId: null,
      })
      const { store, clock } = service.deps
      await store.idempotencyRecords.removeExpired(clock() + 24 * 60 * 60_000, 1000)
      const lines = storedText(service.databaseFile, MASTER_KEY).split('\n')
      expect(lines.filter((line) => HERS.some((one) => line.includes(one)))).toEqual([])
    }
  })

  test('does not remain in the files either, in free pages or the log, if the command erases it', async () => {
    if (process.env['LATCH_TEST_DATABASE'] === 'remote') return
    const service = await startWithPeople()
    await live(service)
    const path = `/v2/subscribers/${ADA}`
    // A profile that was replaced, and one that fills pages of its own.
    await service.api('PATCH', path, { data: { born: 'x', long: 'Byron-King'.repeat(2000) } })
    await service.api('PATCH', path, { data: {} })
    const bytes = (): string =>
      ['', '-wal'].map((ending) => readFileSync(service.databaseFile + ending, 'latin1')).join()
    // What the sandbox knows of the user is hers in the answers alone, which are sealed.
    expect(HERS.filter((one) => bytes().includes(one))).toContain('Byron-King')
    const sent = await sendAction(service.dataDir, eraseSubscriberAction, {
      ...person,
      rewritesFile: true,
    })
    expect(sent).toMatchObject({ kind: 'done', output: { isFileRewritten: true } })
    expect(HERS.filter((one) => bytes().includes(one))).toEqual([])
    expect(bytes()).toContain('Brewster')
    expect((await service.deps.store.events.verify()).problems).toEqual([])
  })

  test('can also be erased after they were deleted', async () => {
    const service = await startWithPeople()
    await live(service)
    expect((await service.api('DELETE', `/v2/subscribers/${ADA}`)).status).toBe(200)
    const found = await exported(service)
    expect([found.subscriber, found.endpoints, found.connections.length]).toEqual([null, [], 1])
    expect(JSON.stringify(found.events)).toContain('U0ADA00001')
    const sent = await sendAction(service.dataDir, eraseSubscriberAction, {
      ...person,
      rewritesFile: false,
    })
    expect(sent).toMatchObject({
      kind: 'done',
      output: { endpoints: 0, connections: 1, events: found.events.length },
    })
    await expect(exported(service)).rejects.toThrow('Nothing is stored about them')
    expect((await service.deps.store.events.verify()).problems).toEqual([])
  })
})
