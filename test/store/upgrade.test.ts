import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { backupDatabase, replaceDatabase } from '../../src/store/database/backup.ts'
import { openClient } from '../../src/store/database/client.ts'
import { migrate } from '../../src/store/database/migrate.ts'
import { openStore } from '../../src/store/store.ts'
import { tempDir } from '../harness/temp-dir.ts'
import { connection, credentials, migrations, sealing, storeOfVersion } from './older-store.ts'

/** Until then, a connection that was installed kept the origin that it was made with. */
const BEFORE_INSTALLS_OWN = migrations.findIndex(({ statements }) =>
  statements.some((text) => text.includes("SET `origin` = 'install'")),
)

/** Until then, new events had no table of their own. */
const BEFORE_NEW_EVENTS = migrations.findIndex(({ statements }) =>
  statements.some((text) => text.includes('CREATE TABLE `new_events`')),
)

/** What latches have written of work that is due later, since the migration of that number. */
const DUE_WORK: [number, string[]][] = [
  [
    3,
    [
      "UPDATE channel_endpoints SET reach_next_attempt_at_ms = 7000, reach_attempts = 2, reach_problem = 'no bot' WHERE id = 'p'",
    ],
  ],
  [
    4,
    [connection('a', 'a:1'), "UPDATE channel_connections SET refresh_at_ms = 5000 WHERE id = 'a'"],
  ],
  [
    5,
    [
      connection('b', 'b:1'),
      "UPDATE channel_connections SET refresh_at_ms = 6000, consent_problem = 'no consent', consent_attempts = 3 WHERE id = 'b'",
    ],
  ],
]
/** The migrations from which on that work is in a table of its own. */
const WITH_JOBS = 12

async function read(dataDir: string): Promise<unknown[]> {
  const store = await openStore(dataDir, sealing)
  const found = [
    (await store.apiKeys.findHolder('d'))?.permissions,
    (await store.integrations.findByIdentifier('e', 'slack'))?.credentials,
    (await store.endpoints.find('e', 'chendp_1'))?.endpoint,
    (await store.endpoints.find('e', 'chendp_1'))?.kind,
    (await store.endpoints.find('e', 'chendp_2'))?.kind,
  ]
  await store.close()
  return found
}

const EVERYTHING = [['all'], credentials, { userId: 'U1' }, 'person', 'destination']

describe('a database', () => {
  for (const count of migrations.keys()) {
    test(`of ${count + 1} migrations is brought up to date with all that is in it`, async () => {
      expect(await read(await storeOfVersion(count + 1))).toEqual(EVERYTHING)
    })
  }

  test('of an older latch tells the connections that were installed after somebody linked', async () => {
    const dataDir = await storeOfVersion(BEFORE_INSTALLS_OWN)
    const client = await openClient(join(dataDir, 'latch.db'))
    const connection = (id: string, bot: string | null) => ({
      sql: `INSERT INTO channel_connections (id, environment_id, integration_id, identifier, context_keys, workspace_id, bot_user_id, auth_sealed, origin, created_at_ms, updated_at_ms) VALUES (?1, 'e', 'i', ?1, '[]', ?1, ?2, 'x', 'identity', 1, 1)`,
      args: [id, bot],
    })
    const rows = [
      connection('linked', null),
      connection('installed', 'B1'),
      connection('both', 'B2'),
    ]
    await client.batch(rows, 'write')
    await migrate(client, migrations)
    const read = await client.execute('SELECT id, origin FROM channel_connections ORDER BY rowid')
    expect(read.rows.map(({ id, origin }) => [id, origin])).toEqual([
      ['linked', 'identity'],
      ['installed', 'install'],
      // An integration has one shared connection without a context, so the second stays as it was.
      ['both', 'identity'],
    ])
    client.close()
  })

  test('of an older latch keeps its events, in the indexes, and adds to them', async () => {
    const dataDir = await storeOfVersion(BEFORE_NEW_EVENTS)
    const client = await openClient(join(dataDir, 'latch.db'))
    await client.execute(
      `INSERT INTO events (environment_id, at_ms, type, subject, actor, link_id, data, subscriber_id, digest, is_new) VALUES ('e', 1, 'endpoint.linked', 'endpoint:p', 'callback:r', 'l', '{}', 's', 'd', 1), ('e', 1, 'x', 'x:x', 'x:x', NULL, '{}', NULL, 'd', 1)`,
    )
    // The id of an event that is gone is not given to another.
    await client.execute('DELETE FROM events WHERE id = 2')
    const store = await openStore(dataDir, sealing)
    const event = {
      environmentId: 'e',
      atMs: 2,
      type: 'endpoint.linked',
      subject: 'endpoint:p',
      actor: 'callback:r',
      linkId: 'l',
      reason: null,
      data: {},
      subscriberId: 's',
      personal: null,
    }
    await store.commit([store.events.append(event)])
    const filters = [
      { types: ['endpoint.linked'] },
      { subject: 'endpoint:p' },
      { subscriberId: 's' },
    ]
    for (const filter of filters) {
      const page = await store.events.page({ environmentId: 'e', afterId: 0, ...filter }, 10)
      expect(page.map(({ id }) => id)).toEqual([1, 3])
    }
    expect(await store.events.ofLink('e', 'l')).toHaveLength(2)
    expect(await store.events.linksOf('callback:r', 10)).toHaveLength(1)
    client.close()
    await store.close()
  })

  for (let count = 1; count < WITH_JOBS; count += 1) {
    test(`of ${count} migrations keeps what is due later, and shows it as it did`, async () => {
      const store = await openStore(await storeOfVersion(count, DUE_WORK), sealing)
      const none = { attempts: 0, lease: null, problem: null, gaveUpAtMs: null, revision: 1 }
      const jobs = [
        { ...none, kind: 'reach_user', subject: 'p', dueAtMs: 7000, attempts: 3 },
        { ...none, kind: 'refresh_tokens', subject: 'a', dueAtMs: 5000 },
        { ...none, kind: 'prove_consent', subject: 'b', dueAtMs: 6000, attempts: 3 },
      ]
      const known = jobs.slice(0, DUE_WORK.filter(([since]) => since <= count).length)
      const found = await Promise.all(jobs.map((job) => store.jobs.find(job)))
      expect(found).toEqual(jobs.map((job) => (known.includes(job) ? job : null)))
      const [endpoint, tokens, consent] = [
        await store.endpoints.find('e', 'chendp_1'),
        await store.connections.findWithAuth('e', 'conn_a'),
        await store.connections.findWithAuth('e', 'conn_b'),
      ]
      const pending = [endpoint?.pending, tokens?.pending, consent?.pending]
      const shown = [
        { problem: 'no bot', attempts: 3, nextAttemptAtMs: 7000, gaveUpAtMs: null },
        null,
        { problem: 'no consent', attempts: 3, nextAttemptAtMs: 6000, gaveUpAtMs: null },
      ].slice(0, known.length)
      expect(pending.slice(0, known.length)).toEqual(shown)
      expect((await store.endpoints.find('e', 'chendp_2'))?.pending).toBeNull()
      await store.close()
    })
  }

  // docs/decisions/0007-single-use-links.md
  test('keeps links that were completed, and makes those valid that were not', async () => {
    const before = migrations.findIndex(({ statements }) =>
      statements.some((text) => text.includes('CREATE TABLE `link_attempts`')),
    )
    const outcomes = {
      linked: '{"kind":"linked","provider":"Slack"}',
      connected: '{"kind":"connected","provider":"Slack"}',
      refused: '{"kind":"code_refused","provider":"Slack","error":"invalid_code"}',
      interrupted: '{"kind":"interrupted"}',
      running: null,
    }
    const claims = Object.entries(outcomes).map(([jti, outcome]) => {
      const value = outcome === null ? 'NULL' : `'${outcome}'`
      return `INSERT INTO spent_states (jti, environment_id, claimed_at_ms, outcome) VALUES ('${jti}', 'e', 7, ${value})`
    })
    const store = await openStore(await storeOfVersion(before, [[before, claims]]), sealing)
    const spent = await Promise.all(
      Object.keys(outcomes).map((jti) => store.spentStates.isSpent(jti)),
    )
    expect(spent).toEqual([true, true, false, false, false])
    expect(await store.spentStates.oldestClaimMs()).toBe(7)
    const claim = { jti: 'refused', attemptId: 'a', environmentId: 'e', claimedAtMs: 8 }
    expect(await store.linkAttempts.claim(claim)).toBe('claimed')
    await store.close()
  })

  test('of an older latch can be brought back by a backup, for that latch', async () => {
    const older = migrations.slice(0, -1)
    const dataDir = await storeOfVersion(older.length)
    const backup = join(tempDir(), 'before.db')
    await backupDatabase(dataDir, backup)
    await read(dataDir)
    const open = () => openClient(join(dataDir, 'latch.db'))
    const upgraded = await open()
    expect(migrate(upgraded, older)).rejects.toMatchObject({ code: 'database_newer' })
    upgraded.close()

    await replaceDatabase(dataDir, backup)
    const restored = await open()
    expect(await migrate(restored, older)).toBe(0)
    const { rows } = await restored.execute('SELECT identifier FROM channel_endpoints')
    expect(rows.map((row) => row['identifier'])).toEqual(['chendp_1', 'chendp_2'])
    restored.close()
  })
})
