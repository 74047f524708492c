import { join } from 'node:path'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import { openClient } from '../../src/store/database/client.ts'
import { migrate } from '../../src/store/database/migrate.ts'
import { embedMigrations } from '../../src/store/database/migrations.macro.ts' with {
  type: 'macro',
}
import { tempDir } from '../harness/temp-dir.ts'

export const migrations = embedMigrations()
export const sealing = createSealing(createKeyring(new Uint8Array(32).fill(1)), createRandom())
const place = { table: 'integrations', column: 'credentials', row: 'i' }
export const credentials = { clientId: '1.2', secretKey: 'shh' }

/** What the first latch that there was could have stored, in its own tables. */
const ROWS = [
  "INSERT INTO environments VALUES ('e', 'o', 'Production', 1)",
  "INSERT INTO api_keys (id, environment_id, name, digest, created_at_ms) VALUES ('k', 'e', 'first', 'd', 1)",
  `INSERT INTO integrations VALUES ('i', 'e', 'slack', 'Slack', 'slack', 'chat', 1, '${sealing.seal(JSON.stringify(credentials), place)}', 1, 1)`,
  "INSERT INTO subscribers (id, environment_id, subscriber_id, profile, created_at_ms, updated_at_ms) VALUES ('s', 'e', 'sub', '{}', 1, 1)",
  "INSERT INTO channel_endpoints (id, environment_id, integration_id, identifier, subscriber_id, context_keys, type, endpoint, created_at_ms, updated_at_ms) VALUES ('p', 'e', 'i', 'chendp_1', 'sub', '[]', 'slack_user', '{\"userId\":\"U1\"}', 1, 1)",
  "INSERT INTO channel_endpoints (id, environment_id, integration_id, identifier, subscriber_id, context_keys, type, endpoint, created_at_ms, updated_at_ms) VALUES ('q', 'e', 'i', 'chendp_2', 'sub', '[]', 'slack_channel', '{\"channelId\":\"C1\"}', 1, 1)",
]

const authPlace = (row: string) => ({ table: 'channel_connections', column: 'auth', row })
/** A connection `conn_<id>` of workspace T1. */
export const connection = (id: string, context: string) =>
  `INSERT INTO channel_connections (id, environment_id, integration_id, identifier, context_keys, workspace_id, auth_sealed, created_at_ms, updated_at_ms) VALUES ('${id}', 'e', 'i', 'conn_${id}', '["${context}"]', 'T1', '${sealing.seal('{"accessToken":"t"}', authPlace(id))}', 1, 1)`

/** A store that latch left after so many migrations, and what it had `written` since some of them. */
export async function storeOfVersion(
  count: number,
  written: readonly [number, string[]][] = [],
): Promise<string> {
  const dataDir = tempDir()
  const client = await openClient(join(dataDir, 'latch.db'))
  await migrate(client, migrations.slice(0, 1))
  await client.batch(ROWS, 'write')
  for (const [since, statements] of written) {
    if (since > count) continue
    await migrate(client, migrations.slice(0, since))
    await client.batch(statements, 'write')
  }
  await migrate(client, migrations.slice(0, count))
  client.close()
  return dataDir
}
