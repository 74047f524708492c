import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { exportEnvironment } from '../../src/transfer/export.ts'
import { createImporter } from '../../src/transfer/importer.ts'
import type { RecordOf } from '../../src/transfer/records.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { startService } from '../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const { deps } = service
const environmentId = String((await deps.store.environments.first())?.id)
const importRecord = createImporter({ ...deps, environmentId })
const { subscriberId, connectionIdentifier } = SANDBOX

const connection = (changes: Partial<RecordOf<'connection'>>): RecordOf<'connection'> => ({
  record: 'connection',
  identifier: 'imported',
  integrationIdentifier: 'slack',
  subscriberId,
  workspace: { id: 'T0MINE', name: 'Mine' },
  auth: { accessToken: 'xoxb-mine' },
  ...changes,
})
const endpoint = (changes: Partial<RecordOf<'endpoint'>>): RecordOf<'endpoint'> => ({
  record: 'endpoint',
  identifier: 'imported',
  integrationIdentifier: 'slack',
  connectionIdentifier: null,
  subscriberId,
  type: 'slack_user',
  endpoint: { userId: 'U0ADA00001' },
  ...changes,
})
const webhook = (url: string) => endpoint({ type: 'webhook', endpoint: { url } })
const teams = { integrationIdentifier: 'msteams', workspace: { id: 'tenant' } }

beforeAll(async () => {
  await importRecord(connection({ identifier: 'taken', contextKeys: ['way:taken'] }))
  await importRecord(endpoint({ identifier: 'taken', connectionIdentifier: 'taken' }))
  await service.api('POST', '/v1/integrations', {
    providerId: 'slack',
    channel: 'chat',
    identifier: 'without-secret',
    name: 'Without',
    credentials: {},
  })
})

describe('an import refuses what the API would refuse:', () => {
  const refused: [string, Parameters<typeof importRecord>[0], string][] = [
    [
      'a connection of no integration',
      connection({ integrationIdentifier: 'none' }),
      'the integration none does not exist',
    ],
    [
      'a connection of nobody',
      connection({ subscriberId: 'nobody' }),
      'the subscriber nobody does not exist',
    ],
    [
      'a second connection of an owner',
      connection({ contextKeys: ['way:taken'] }),
      'the integration already has a connection for the same subscriber and context: taken',
    ],
    [
      'one that pretends to be without a token',
      connection({ contextKeys: ['way:taken'], origin: 'identity' }),
      'the integration already has a connection for the same subscriber and context: taken',
    ],
    [
      'U+0000 in an identifier',
      connection({ identifier: 'a\0b' }),
      'identifier must not contain the character U+0000',
    ],
    [
      'U+0000 in a token',
      connection({ auth: { accessToken: 'a\0b' } }),
      'must not contain the character U+0000',
    ],
    [
      'an expiry that is no time',
      connection({ auth: { accessToken: 'a', expiresAt: 'soon' } }),
      'auth.expiresAt must be a valid ISO 8601 date',
    ],
    [
      'tokens that rotate, where none do',
      connection({ ...teams, auth: { accessToken: 'a', refreshToken: 'r' } }),
      'latch does not refresh tokens of msteams',
    ],
    [
      'tokens that rotate, of an app without a secret',
      connection({
        integrationIdentifier: 'without-secret',
        auth: { accessToken: 'a', refreshToken: 'r' },
      }),
      'the integration without-secret, which refreshes its tokens, needs its client id and secret',
    ],
    [
      'a context without a type',
      connection({ contextKeys: ['acme'] }),
      'the context acme must have the form type:id',
    ],
    [
      'two contexts of a type',
      connection({ contextKeys: ['t:a', 't:b'] }),
      'it has two contexts of type t',
    ],
    [
      'a context with spaces',
      connection({ contextKeys: ['tenant:a b'] }),
      'Invalid context payload structure',
    ],
    [
      'too many contexts',
      connection({ contextKeys: ['a:1', 'b:1', 'c:1', 'd:1', 'e:1', 'f:1'] }),
      'Too many contexts: 6 provided, maximum allowed is 5',
    ],
    [
      'an endpoint of another shape',
      endpoint({ endpoint: { channelId: 'C1' } }),
      'Endpoint must match the required format for type "slack_user"',
    ],
    ['an endpoint of no type', endpoint({ type: 'pigeon' }), 'type must be one of'],
    [
      'a provider that latch does not link with',
      endpoint({ type: 'webex_room', endpoint: { roomId: 'r' } }),
      'the type webex_room requires a Webex Messaging integration, which latch does not have',
    ],
    ['an internal webhook', webhook('http://10.0.0.1/hook'), 'must not be an internal address'],
    ['a webhook that is a script', webhook('javascript:alert(1)'), 'must be an http or https URL'],
    [
      'an endpoint of no integration',
      endpoint({ integrationIdentifier: 'none' }),
      'the integration none does not exist',
    ],
    [
      'an endpoint of nobody',
      endpoint({ subscriberId: 'nobody' }),
      'the subscriber nobody does not exist',
    ],
    [
      'an endpoint of a connection that is not there',
      endpoint({ connectionIdentifier: 'none' }),
      'its integration has no connection none',
    ],
    [
      'a subscriber who is linked already',
      endpoint({ connectionIdentifier: 'taken' }),
      'the subscriber is already linked there: taken',
    ],
  ]
  for (const [name, record, why] of refused) {
    test(name, async () => {
      expect(await importRecord(record)).toEqual({
        kind: 'skipped',
        why: expect.stringContaining(why),
      })
    })
  }
})

describe('an import of a chat user', () => {
  const contextKeys = ['way:person']
  const grid = { contextKeys, workspaceId: 'E0GRID', endpoint: { userId: 'W0GRID' } }

  test('stores them for one subscriber, however often it is repeated', async () => {
    await service.api('POST', '/v2/subscribers', { subscriberId: 'second' })
    const first = endpoint({ identifier: 'first', ...grid })
    const second = endpoint({ identifier: 'second', subscriberId: 'second', ...grid })
    const report = await Promise.all([first, second].map((record) => importRecord(record)))
    expect(report.map(({ kind }) => kind).sort()).toEqual(['skipped', 'stored'])
    const again = await Promise.all([first, second].map((record) => importRecord(record)))
    expect(again.map(({ kind }) => kind)).toEqual(
      report.map(({ kind }) => (kind === 'stored' ? 'known' : 'skipped')),
    )
    const elsewhere = { ...second, identifier: 'elsewhere', workspaceId: 'T0OTHER' }
    expect(await importRecord(elsewhere)).toEqual({ kind: 'stored' })
  })

  test('keeps the workspace that an export names', async () => {
    const environment = await deps.store.environments.first()
    if (environment === null) throw new Error('the sandbox has an environment')
    const records = await Array.fromAsync(exportEnvironment(deps.store, environment, false))
    const exported = records
      .filter((record) => record.record === 'endpoint')
      .filter(({ contextKeys: keys }) => String(keys) === 'way:person')
    expect(exported.map(({ workspaceId }) => workspaceId).sort()).toEqual(['E0GRID', 'T0OTHER'])
  })
})

test('an import keeps the times of a record, and recognises it when it is repeated', async () => {
  const times = { createdAt: '2020-01-02T03:04:05.000Z', updatedAt: '2021-01-02T03:04:05.000Z' }
  const records = [
    connection({ identifier: 'timed', contextKeys: ['way:timed'], ...times }),
    endpoint({ identifier: 'timed', connectionIdentifier: 'timed', ...times }),
  ]
  for (const record of records) {
    expect(await importRecord(record)).toEqual({ kind: 'stored' })
    expect(await importRecord(record)).toEqual({ kind: 'known' })
  }
  for (const path of ['channel-connections', 'channel-endpoints']) {
    expect((await service.api('GET', `/v1/${path}/timed`)).body).toMatchObject(times)
  }
})

test('context keys are sorted, so that equal sets are equal', async () => {
  const contextKeys = ['zone:eu', 'area:1']
  const first = await importRecord(connection({ identifier: 'sorted', contextKeys }))
  expect(first).toEqual({ kind: 'stored' })
  expect((await service.api('GET', '/v1/channel-connections/sorted')).body).toMatchObject({
    contextKeys: ['area:1', 'zone:eu'],
  })
  const again = connection({ identifier: 'again', contextKeys: [...contextKeys].reverse() })
  expect(await importRecord(again)).toMatchObject({ kind: 'skipped' })
})

test('a connection is imported without its token if the export has no secrets', async () => {
  const { auth: _, ...record } = connection({ identifier: 'bare', contextKeys: ['way:bare'] })
  expect(await importRecord(record)).toEqual({ kind: 'stored' })
  expect((await service.api('GET', '/v1/channel-connections/bare')).body).toMatchObject({
    auth: { accessToken: 'identity-only' },
  })
})

describe('a connection without an owner', () => {
  const stored = async (identifier: string) => {
    const found = await deps.store.connections.findWithAuth(environmentId, identifier)
    return found && [found.connection.origin, found.auth.accessToken]
  }
  const why = 'it has a token but no owner: add a subscriberId or contextKeys, or remove its auth'

  test('is imported as identity-only if it has no token', async () => {
    for (const origin of ['identity', 'install', 'api'] as const) {
      const { auth: _, ...bare } = connection({ identifier: `bare-${origin}`, subscriberId: null })
      expect(await importRecord({ ...bare, origin })).toEqual({ kind: 'stored' })
      expect(await stored(bare.identifier)).toEqual(['identity', 'identity-only'])
      const identifier = `placeholder-${origin}`
      const auth = { accessToken: 'identity-only' }
      expect(await importRecord({ ...bare, identifier, origin, auth })).toEqual({ kind: 'stored' })
      expect(await stored(identifier)).toEqual(['identity', 'identity-only'])
    }
  })

  test('is refused with a token, whatever its origin, and imported once it has an owner', async () => {
    for (const origin of ['identity', 'install', 'api'] as const) {
      const record = connection({ identifier: `of-${origin}`, subscriberId: null, origin })
      expect(await importRecord(record)).toEqual({ kind: 'skipped', why })
      expect(await stored(record.identifier)).toBeNull()
      expect(await importRecord({ ...record, contextKeys: [`way:${origin}`] })).toEqual({
        kind: 'stored',
      })
    }
  })

  test('is left unchanged if its identifier exists', async () => {
    const sandbox = connection({ identifier: connectionIdentifier, subscriberId: null })
    expect(await importRecord(sandbox)).toEqual({ kind: 'known' })
  })
})
