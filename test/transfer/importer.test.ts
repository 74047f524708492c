import { afterAll, describe, expect, test } from 'bun:test'
import { createImporter } from '../../src/transfer/importer.ts'
import type { TransferRecord } from '../../src/transfer/records.ts'
import { startService } from '../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const { deps } = service
const environmentId = String((await deps.store.environments.first())?.id)
const take = createImporter({ ...deps, environmentId })

const subscriber = (subscriberId: string, profile = {}): TransferRecord => ({
  record: 'subscriber',
  subscriberId,
  profile,
})
const integration = (credentials: Record<string, string>, changes = {}): TransferRecord => ({
  record: 'integration',
  identifier: 'imported',
  name: 'Imported',
  providerId: 'slack',
  channel: 'chat',
  active: true,
  credentials,
  ...changes,
})
const context = (type: string, data = {}): TransferRecord => ({
  record: 'context',
  type,
  id: 'acme',
  data,
})

describe('an import refuses what the API would refuse:', () => {
  const refused: [string, TransferRecord, string][] = [
    ['a subscriber id with spaces', subscriber('ada lovelace'), 'must be a valid email address'],
    ['an e-mail address that is none', subscriber('ada', { email: 'no' }), 'must be an email'],
    ['U+0000 in a name', subscriber('ada', { firstName: 'A\0' }), 'the character U+0000'],
    [
      'a redirect to a script',
      integration({ redirectUrl: 'javascript:alert(1)' }),
      'redirectUrl must be an https address',
    ],
    ['any opener', integration({ openerOrigin: '*' }), 'openerOrigin must be an origin'],
    ['U+0000 in a client secret', integration({ secretKey: 'a\0b' }), 'the character U+0000'],
    ['another channel', integration({}, { channel: 'email' }), 'channel must be one of'],
    [
      'a provider that latch does not link with',
      integration({}, { providerId: 'fax', channel: 'email' }),
      'latch does not support the provider fax',
    ],
    [
      'a type of context with spaces',
      context('a b'),
      'type and id of a context must be 1 to 100 letters, digits, hyphens or underscores',
    ],
    [
      'data of a context that is too large',
      context('tenant', { text: 'x'.repeat(70_000) }),
      "Context 'tenant' data is too large: 69KB exceeds 64KB limit",
    ],
  ]
  for (const [name, record, why] of refused) {
    test(name, async () => {
      expect(await take(record)).toEqual({ kind: 'skipped', why: expect.stringContaining(why) })
    })
  }
})

test('an import keeps the times of a record, and recognises it when it is repeated', async () => {
  const times = { createdAt: '2020-01-02T03:04:05.000Z', updatedAt: '2021-01-02T03:04:05.000Z' }
  const records: TransferRecord[] = [
    { ...subscriber('timed', { firstName: 'Ada' }), ...times },
    { ...integration({ clientId: '1.2' }, { identifier: 'timed' }), ...times },
    { ...context('timed', { name: 'Acme' }), ...times },
  ]
  for (const record of records) {
    expect(await take(record)).toEqual({ kind: 'stored' })
    expect(await take(record)).toEqual({ kind: 'known' })
  }
  // At once, as two imports do.
  const both = await Promise.all([take(subscriber('twice')), take(subscriber('twice'))])
  expect(both.map(({ kind }) => kind).sort()).toEqual(['known', 'stored'])
  const { subscribers, integrations, contexts } = deps.store
  const rows = [
    await subscribers.find(environmentId, 'timed'),
    await integrations.findByIdentifier(environmentId, 'timed'),
    await contexts.find(environmentId, 'timed:acme'),
  ]
  for (const row of rows) {
    expect(row).toMatchObject({
      createdAtMs: Date.parse(times.createdAt),
      updatedAtMs: Date.parse(times.updatedAt),
    })
  }
})

test('an import leaves existing records unchanged', async () => {
  await take(subscriber('kept', { firstName: 'Ada' }))
  expect(await take(subscriber('kept', { firstName: 'Bob' }))).toEqual({ kind: 'known' })
  expect(await deps.store.subscribers.find(environmentId, 'kept')).toMatchObject({
    profile: { firstName: 'Ada' },
  })
})
