import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { start } from '../harness/process.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { type Case, type Measured, measureCases } from './rounds.ts'
import { fill, type Service, startService } from './service.ts'
import { type Load, wrk } from './wrk.ts'

const PATH = '/v1/identities/slack/T0ACME0001/U'
/** The users whom bots meet again and again. */
const HOT = 10_000

/**
 * Look-ups by wrk, of `HOT` users and of users drawn evenly from `rows`, each between two seconds of
 * a bare handler that is asked the same.
 */
export async function measureLookUps(
  folder: string,
  rounds: number,
  rows: number,
): Promise<Measured[]> {
  const service = await startWithUsers(folder, rows)
  const bareFile = join(import.meta.dir, 'peers', 'bare-identities.ts')
  const bare = await start([process.execPath, bareFile, `${rows}`], { cwd: folder })
  const hot = drawing(folder, 'hot', service, HOT)
  const even = drawing(folder, 'even', service, rows)
  const bareLoad = (script: string) => (): Promise<Load> => wrk(bare.firstLine, script)
  const cases = (name: string, script: string): { bare: Case; case: Case } => ({
    bare: [`bare handler, ${name}`, bareLoad(script)],
    case: [name, () => wrk(service.url, script)],
  })
  const of = [
    cases(`(h) look-up of ${HOT} users`, hot),
    cases(`(i) look-up, drawn evenly from ${rows} users`, even),
  ]
  // Until the cache has them all.
  await wrk(service.url, hot, 3)
  const measured: Measured[] = []
  for (const one of of) measured.push(...(await measureCases(one.bare, [one.case], rounds)))
  await service.stop()
  bare.signal('SIGTERM')
  return measured
}

/** A service with `rows` linked users. */
async function startWithUsers(folder: string, rows: number): Promise<Service> {
  mkdirSync(join(folder, 'users'))
  const empty = await startService(join(folder, 'users'))
  await fill(empty)
  await empty.stop()
  const database = new Database(join(folder, 'users', 'data', 'latch.db'))
  database.exec(`
    with recursive n(i) as (select 0 union all select i + 1 from n where i < ${rows - 1})
    insert into channel_endpoints (
      id, environment_id, integration_id, identifier, connection_identifier, subscriber_id,
      context_keys, type, kind, workspace_id, chat_user_id, endpoint, created_at_ms, updated_at_ms
    )
    select printf('%024x', i), environment_id, id, 'chendp_' || i, 'chconn_' || i,
      '${SANDBOX.subscriberId}', '[]', 'slack_user', 'person', 'T0ACME0001', 'U' || i,
      json_object('userId', 'U' || i), 1700000000000 + i, 1700000000000 + i
    from n, integrations`)
  database.close()
  return startService(join(folder, 'users'), {}, empty.apiKey)
}

/** A script that asks for one user of the first `count` after the other, at random. */
function drawing(folder: string, name: string, { apiKey }: Service, count: number): string {
  const file = join(folder, `${name}.lua`)
  const draw = `math.random(0, ${count - 1})`
  const lines = [
    `wrk.headers["Authorization"] = "ApiKey ${apiKey}"`,
    'math.randomseed(os.time())',
    'local known = {}',
    'function request()',
    `  local user = ${draw}`,
    // Written once, so that wrk itself costs little; a million of them would fill its memory.
    ...(count > HOT
      ? [`  return wrk.format("GET", "${PATH}" .. user)`]
      : [
          `  known[user] = known[user] or wrk.format("GET", "${PATH}" .. user)`,
          '  return known[user]',
        ]),
    'end',
  ]
  writeFileSync(file, lines.join('\n'))
  return file
}
