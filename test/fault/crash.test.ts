import { beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { UNPACKED } from '../../src/store/events/packed.ts'
import { latchBinary } from '../harness/binary.ts'
import { startHranaServer } from '../harness/hrana-server.ts'
import { run, type Started, start } from '../harness/process.ts'
import { tempDir } from '../harness/temp-dir.ts'

/** How often latch is killed; `bun run soak` sets it to hundreds. */
const KILLS = Number(process.env['LATCH_CRASHES'] ?? 8)
const WORKERS = 8

const folder = tempDir()
const dataDir = join(folder, 'data')
const server =
  process.env['LATCH_TEST_DATABASE'] === 'remote'
    ? startHranaServer(join(folder, 'server.db'), 'sesame')
    : null
const databaseFile = server === null ? join(dataDir, 'latch.db') : join(folder, 'server.db')
const environment = {
  LATCH_RATE_LIMIT_GLOBAL: '0',
  LATCH_RATE_LIMIT_CONFIGURATION: '0',
  ...(server !== null && {
    LATCH_DATABASE_URL: server.url,
    LATCH_DATABASE_AUTH_TOKEN: 'sesame',
    LATCH_SECRET_KEY: 'cd'.repeat(32),
  }),
}
let latch = ''
beforeAll(async () => {
  latch = await latchBinary()
}, 60_000)

type Facts = { url: string; apiKey: string }
type Entry = {
  key: string
  channel: string
  answer: string | null
  deleted: 'no' | 'asked' | 'yes'
}

/** What was asked for and what was answered, kept outside of what is killed. */
const ledger = new Map<string, Entry>()
/** Contexts of links whose user was told that they are linked. */
const linked = new Set<string>()
/** Those of them that were found to be so after a kill already. */
const foundLinked = new Set<string>()
/** What was answered to who asked for a link with a key, by its context. */
const links = new Map<string, string>()

let running: { process: Started; facts: Facts }

async function restart(): Promise<void> {
  const process = await start([latch, 'sandbox', '--json', '--port', '0', '--data-dir', dataDir], {
    cwd: folder,
    env: environment,
  })
  running = { process, facts: JSON.parse(process.firstLine) as Facts }
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  key?: string,
): Promise<{ status: number; text: string }> {
  const { url, apiKey } = running.facts
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `ApiKey ${apiKey}`,
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

const create = (identifier: string, { key, channel }: Entry) =>
  ask(
    'POST',
    '/v1/channel-endpoints',
    {
      identifier,
      type: 'slack_channel',
      endpoint: { channelId: channel },
      subscriberId: 'subscriber-123',
      integrationIdentifier: 'slack',
    },
    key,
  )

const askForLink = (tenant: string) =>
  ask(
    'POST',
    '/v1/integrations/channel-endpoints/oauth',
    { subscriberId: 'subscriber-123', integrationIdentifier: 'slack', context: { tenant } },
    `link-${tenant}`,
  )

/** A link from its beginning to its end, as a user goes through it. */
async function link(tenant: string): Promise<void> {
  const { text } = await askForLink(tenant)
  links.set(tenant, text)
  const url = new URL((JSON.parse(text) as { url: string }).url)
  const form = new URLSearchParams(url.search)
  form.set('user', 'U0ADA00001')
  form.set('decision', 'allow')
  const page = await fetch(url.origin + url.pathname, { method: 'POST', body: form })
  if (page.status === 200 && (await page.text()).includes('data-state="success"'))
    linked.add(tenant)
}

/** Works until latch is gone; every answer is written down when it has come, not before. */
async function work(name: string): Promise<void> {
  try {
    for (let turn = 0; ; turn += 1) {
      const identifier = `${name}-${turn}`
      const entry: Entry = { key: identifier, channel: identifier, answer: null, deleted: 'no' }
      ledger.set(identifier, entry)
      const created = await create(identifier, entry)
      if (created.status === 201) entry.answer = created.text
      if (turn % 5 === 1) {
        entry.deleted = 'asked'
        const { status } = await ask('DELETE', `/v1/channel-endpoints/${identifier}`)
        if (status === 204) entry.deleted = 'yes'
      }
      if (turn % 7 === 3) await link(identifier)
    }
  } catch {
    // Killed in the middle of it: what was not answered is not in the ledger as answered.
  }
}

async function verify(isLast: boolean): Promise<void> {
  for (const [identifier, entry] of ledger) {
    const { status, text } = await ask('GET', `/v1/channel-endpoints/${identifier}`)
    if (entry.deleted === 'yes') expect([identifier, status]).toEqual([identifier, 404])
    if (entry.deleted !== 'no') continue
    if (entry.answer !== null)
      expect([identifier, status, text]).toEqual([identifier, 200, entry.answer])
    // Retried with the same key: the first answer if there was one, else it is done now, once.
    const retried = await create(identifier, entry)
    expect([identifier, retried.status]).toEqual([identifier, 201])
    if (entry.answer !== null) expect(retried.text).toBe(entry.answer)
    entry.answer = retried.text
  }
  for (const [tenant, first] of links) {
    const { status, text } = await askForLink(tenant)
    expect([tenant, status, text]).toEqual([tenant, 201, first])
  }
  // A link is repeated for its 5 minutes, and its key is free after them.
  links.clear()
  for (const tenant of isLast ? linked : linked.difference(foundLinked)) {
    const { text } = await ask('GET', `/v1/channel-endpoints?contextKeys=tenant:${tenant}`)
    expect([tenant, (JSON.parse(text) as { totalCount: number }).totalCount]).toEqual([tenant, 1])
    foundLinked.add(tenant)
  }
}

test(
  `killed ${KILLS} times under load, it loses and doubles nothing that it has answered`,
  async () => {
    await restart()
    for (let kill = 0; kill < KILLS; kill += 1) {
      const workers = Array.from({ length: WORKERS }, (_, index) => work(`k${kill}-w${index}`))
      await Bun.sleep(80 + Math.random() * 400)
      running.process.signal('SIGKILL')
      await running.process.finished
      await Promise.all(workers)
      await restart()
      await verify(kill === KILLS - 1)
      if (kill % 20 === 19) console.log(`${kill + 1} kills, ${linked.size} users linked`)
      // What is verified need not be verified again after each kill, but at the end it is.
      if (kill < KILLS - 2)
        for (const [identifier] of [...ledger].slice(0, -60)) ledger.delete(identifier)
    }
    running.process.signal('SIGTERM')
    expect((await running.process.finished).exitCode).toBe(0)

    const checked = await run([latch, 'check-key', '--data-dir', dataDir], {
      cwd: folder,
      env: environment,
    })
    expect([checked.stderr, checked.exitCode]).toEqual(['', 0])
    const proven = await run([latch, 'events', 'verify', '--data-dir', dataDir], {
      cwd: folder,
      env: environment,
    })
    expect([proven.stderr, proven.exitCode]).toEqual(['', 0])
    await server?.stop()

    const client = createClient({ url: `file:${databaseFile}` })
    const { rows } = await client.execute('PRAGMA integrity_check')
    expect(rows.map((row) => row[0])).toEqual(['ok'])
    expect((await client.execute('PRAGMA foreign_key_check')).rows).toEqual([])
    const doubled = await client.execute(
      'select identifier from channel_endpoints group by environment_id, identifier having count(*) > 1',
    )
    expect(doubled.rows).toEqual([])
    // No change without its event, and no event without its change.
    const told = `with told as (select id, type, subject from events
      union all select id, type, subject from (${UNPACKED}))`
    const untold =
      await client.execute(`${told} select identifier from channel_endpoints where not exists (
      select 1 from told where subject = 'endpoint:' || identifier
      and type in ('endpoint.created', 'endpoint.linked'))`)
    expect(untold.rows).toEqual([])
    const undone =
      await client.execute(`${told} select type, subject from told where subject like 'endpoint:%'
      and (type = 'endpoint.deleted') = exists (
        select 1 from channel_endpoints where 'endpoint:' || identifier = subject)
      and not (type <> 'endpoint.deleted' and exists (
        select 1 from told as later where later.subject = told.subject
        and later.type = 'endpoint.deleted' and later.id > told.id))`)
    expect(undone.rows).toEqual([])
    client.close()
    expect(ledger.size + linked.size).toBeGreaterThan(50)
  },
  60_000 + KILLS * 10_000,
)
