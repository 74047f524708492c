import { describe, expect, test } from 'bun:test'
import { isUnmetExpectation } from '../../src/store/failures.ts'
import { openStore } from '../../src/store/store.ts'
import { connection, migrations, sealing, storeOfVersion } from './older-store.ts'

const person = (id: string, subscriberId: string, type: string, value: object, more: string) =>
  `INSERT INTO channel_endpoints (id, environment_id, integration_id, identifier, connection_identifier, subscriber_id, context_keys, type, endpoint, created_at_ms, updated_at_ms) VALUES ('${id}', 'e', 'i', 'chendp_${id}', ${more}, '${subscriberId}', '[]', '${type}', '${JSON.stringify(value)}', 1, 1)`

const TENANT = '11111111-aaaa-4aaa-8aaa-111111111111'
/** Chat users of two subscribers each, which were allowed until there were columns for them. */
const DOUBLES: [number, string[]][] = [
  [
    1,
    [
      "INSERT INTO subscribers (id, environment_id, subscriber_id, profile, created_at_ms, updated_at_ms) VALUES ('s2', 'e', 'second', '{}', 1, 1)",
      "INSERT INTO subscribers (id, environment_id, subscriber_id, profile, created_at_ms, updated_at_ms) VALUES ('s3', 'e', 'third', '{}', 1, 1)",
      connection('c', 'c:1'),
      person('a1', 'sub', 'slack_user', { userId: 'U2' }, "'conn_c'"),
      person('a2', 'second', 'slack_user', { userId: 'U2' }, "'conn_c'"),
      person('b1', 'second', 'slack_user', { userId: 'U1' }, 'null'),
      person('d1', 'sub', 'ms_teams_user', { userId: 'ABC', tenantId: TENANT }, 'null'),
      person(
        'd2',
        'third',
        'ms_teams_user',
        { userId: 'abc', tenantId: TENANT.toUpperCase() },
        'null',
      ),
      person('o1', 'third', 'slack_user', { userId: 'U3' }, "'conn_c'"),
      person('o2', 'sub', 'slack_user', { userId: 'U3' }, "'conn_gone'"),
    ],
  ],
]
const ROWS_OF_DOUBLES = ['a1', 'a2', 'b1', 'd1', 'd2', 'o1', 'o2']

// docs/decisions/0027-one-subscriber.md
describe('a database', () => {
  for (let count = 1; count < migrations.length; count += 1) {
    test(`of ${count} migrations keeps chat users of two subscribers, and links no third`, async () => {
      const store = await openStore(await storeOfVersion(count, DOUBLES), sealing)
      const stored = await Promise.all(
        ROWS_OF_DOUBLES.map((id) => store.endpoints.find('e', `chendp_${id}`)),
      )
      expect(stored.map((row) => [row?.kind, row?.workspaceId, row?.chatUserId])).toEqual([
        ['person', 'T1', 'U2'],
        ['person', 'T1', 'U2'],
        ['person', null, 'U1'],
        ['person', TENANT, 'abc'],
        ['person', TENANT, 'abc'],
        ['person', 'T1', 'U3'],
        ['person', null, 'U3'],
      ])
      const shared = async () => {
        const rows = await store.chatUsers.shared('e', 100)
        return rows.map(({ identifier }) => identifier.replace('chendp_', '')).sort()
      }
      expect(await shared()).toEqual(['1', 'a1', 'a2', 'b1', 'd1', 'd2', 'o1', 'o2'])
      const claim = (subscriberId: string) => ({
        integrationId: 'i',
        contextKeys: [],
        subscriberId,
        chatUserId: 'U2',
        workspaceIds: ['T1'],
        connectionIdentifier: 'conn_c',
      })
      const other = async (subscriberId: string) =>
        (await store.chatUsers.findOther(claim(subscriberId)))?.subscriberId ?? null
      const refuses = (subscriberId: string): Promise<boolean> =>
        store.commit([store.chatUsers.expectNoOther(claim(subscriberId))]).then(
          () => false,
          (error) => isUnmetExpectation(error),
        )
      expect([await other('third'), await refuses('third')]).toEqual(['sub', true])
      // Both of them can link again, until somebody finds out whose it is.
      expect([await other('sub'), await refuses('sub')]).toEqual([null, false])
      expect([await other('second'), await refuses('second')]).toEqual([null, false])

      await store.commit([store.endpoints.delete('a1')])
      expect(await shared()).toEqual(['1', 'b1', 'd1', 'd2', 'o1', 'o2'])
      expect([await other('sub'), await refuses('sub')]).toEqual(['second', true])
      expect([await other('second'), await refuses('second')]).toEqual([null, false])
      await store.close()
    })
  }
})

// docs/decisions/0028-who-is-speaking.md
test('a user of Enterprise Grid is also found by the workspace through which they were linked', async () => {
  const organization = (id: string) =>
    person(id, 'sub', 'slack_user', { userId: 'W1' }, "'conn_c'")
      .replace('endpoint,', 'endpoint, kind, workspace_id, chat_user_id,')
      .replace(', 1, 1)', ", 'person', 'E1', 'W1', 1, 1)")
  const dataDir = await storeOfVersion(20, [[20, [connection('c', 'c:1'), organization('g')]]])
  const store = await openStore(dataDir, sealing)
  const find = async (workspaceId: string) =>
    (await store.identities.findLinked('e', 'slack', workspaceId, 'W1'))?.map(
      ({ identifier }) => identifier,
    ) ?? null
  expect(await find('E1')).toEqual(['chendp_g'])
  expect(await find('T1')).toEqual(['chendp_g'])
  expect(await find('T2')).toBeNull()
  await store.close()
})
