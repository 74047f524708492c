import { beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { API_KEY, startService, type TestService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const folder = tempDir()
let latch = ''
beforeAll(async () => {
  latch = await latchBinary()
}, 60_000)

type Report = {
  stored: Record<string, number>
  known: Record<string, number>
  skipped: { line?: number; resource?: string; what: string; why: string }[]
}

/** A service with something of everything, and more subscribers than a page has. */
async function filled(): Promise<TestService> {
  const service = await startService()
  await service.open(await service.consent(await service.link({ context: { tenant: 'acme' } })))
  await service.api('POST', '/v1/subscribers/bulk', {
    subscribers: Array.from({ length: 250 }, (_, i) => ({ subscriberId: `s${i}`, firstName: 'S' })),
  })
  await service.api('POST', '/v1/channel-connections', {
    integrationIdentifier: 'slack',
    identifier: 'mine',
    subscriberId: 's7',
    workspace: { id: 'T0MINE', name: 'Mine' },
    auth: { accessToken: 'xoxb-mine' },
  })
  return service
}

/** A data directory that a service was started in once, and its service again. */
async function emptyDataDir(): Promise<string> {
  const service = await startService()
  await service.stop()
  return service.dataDir
}

/** All of a list but what the sandbox itself begins with, in an order that does not depend on ids. */
async function listed(service: TestService, path: string): Promise<unknown[]> {
  const items: Record<string, unknown>[] = []
  for (let after: string | null = ''; after !== null; ) {
    const { body } = await service.api('GET', `${path}?limit=100&after=${after}`)
    const page = body as { data: Record<string, unknown>[]; next: string | null }
    items.push(...page.data)
    after = page.next
  }
  return items
    .filter((item) => path !== '/v2/subscribers' || item['subscriberId'] !== 'subscriber-123')
    .map(({ _id, _environmentId, _organizationId, ...rest }) => rest)
    .map((item) => JSON.stringify(item))
    .sort()
    .map((item) => JSON.parse(item) as unknown)
}

/** That a chat user is the subscriber was verified elsewhere, and is only imported. */
const asImported = (endpoints: unknown): unknown[] =>
  (endpoints as object[]).map((endpoint) =>
    'verification' in endpoint
      ? { ...endpoint, verification: 'imported', verifiedAt: expect.any(String) }
      : endpoint,
  )

const PATHS = [
  '/v1/channel-endpoints',
  '/v1/channel-connections',
  '/v2/subscribers',
  '/v2/contexts',
]

async function everything(dataDir: string): Promise<unknown[][]> {
  const service = await startService({}, dataDir)
  const lists = await Promise.all(PATHS.map((path) => listed(service, path)))
  await service.stop()
  return lists
}

describe('latch export and import', () => {
  test('transfer everything, secrets only on request', async () => {
    const source = await filled()
    await source.api('POST', '/v1/channel-endpoints', {
      integrationIdentifier: 'slack',
      identifier: 'hook',
      subscriberId: 's7',
      type: 'webhook',
      endpoint: { url: 'https://hooks.example.com/mine' },
    })
    const busy = await run([latch, 'export', '--data-dir', source.dataDir], { cwd: folder })
    expect([busy.exitCode, busy.stderr]).toMatchObject([
      1,
      expect.stringContaining('Another latch'),
    ])
    await source.stop()

    const plain = await run([latch, 'export', '--data-dir', source.dataDir], { cwd: folder })
    expect(plain.exitCode).toBe(0)
    expect(plain.stdout).not.toMatch(/xoxb-|sandbox-client-secret|hooks\.example\.com/)
    expect(
      plain.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).record),
    ).toContain('endpoint')

    const args = [latch, 'export', 'all.jsonl', '--with-secrets', '--data-dir', source.dataDir]
    expect((await run(args, { cwd: folder })).exitCode).toBe(0)
    const file = join(folder, 'all.jsonl')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toContain('xoxb-mine')
    expect((await run(args, { cwd: folder })).exitCode).toBe(1)

    writeFileSync(join(folder, 'plain.jsonl'), plain.stdout)
    const plainly = [latch, 'import', 'plain.jsonl', '--json', '--data-dir', await emptyDataDir()]
    const { skipped } = JSON.parse((await run(plainly, { cwd: folder })).stdout) as Report
    expect(skipped).toMatchObject([
      {
        what: 'endpoint hook',
        why: expect.stringContaining('its url is missing. Export again, with --with-secrets'),
      },
    ])

    const target = await emptyDataDir()
    const into = [latch, 'import', file, '--json', '--data-dir', target]
    const imported = await run(into, { cwd: folder })
    expect(JSON.parse(imported.stdout)).toEqual({
      stored: { subscriber: 250, context: 1, connection: 1, endpoint: 2 },
      known: { integration: 2, subscriber: 1, connection: 1 },
      skipped: [],
    } satisfies Report)
    expect(imported.exitCode).toBe(0)
    const again = JSON.parse((await run(into, { cwd: folder })).stdout) as Report
    expect([again.stored, again.known['subscriber']]).toEqual([{}, 251])
    const [endpoints, connections, ...others] = await everything(target)
    const [wantedEndpoints, wantedConnections, ...wantedOthers] = await everything(source.dataDir)
    expect(endpoints).toEqual(asImported(wantedEndpoints))
    expect(others).toEqual(wantedOthers)
    expect(connections).toContainEqual(
      wantedConnections?.find((item) => (item as { identifier: string }).identifier === 'mine'),
    )
  })

  test('lists what it cannot import, and imports the rest', async () => {
    const file = join(folder, 'odd.jsonl')
    const endpoint = {
      record: 'endpoint',
      integrationIdentifier: 'slack',
      connectionIdentifier: null,
      subscriberId: 'subscriber-123',
      type: 'slack_user',
      endpoint: { userId: 'U1' },
    }
    const lines = [
      {
        record: 'integration',
        identifier: 'tg',
        name: 'T',
        providerId: 'telegram',
        channel: 'chat',
        active: true,
      },
      { ...endpoint, identifier: 'of-nobody', subscriberId: 'nobody' },
      { ...endpoint, identifier: 'of-nothing', integrationIdentifier: 'none' },
      { ...endpoint, identifier: 'good' },
      { record: 'pigeon' },
      { record: 'subscriber', subscriberId: 'a b', profile: { email: 'nobody' } },
    ]
    writeFileSync(file, `${lines.map((line) => JSON.stringify(line)).join('\n')}\nnot json\n`)
    const target = await emptyDataDir()
    const { exitCode, stdout } = await run([latch, 'import', file, '--data-dir', target], {
      cwd: folder,
    })
    expect(exitCode).toBe(1)
    expect(stdout.trim().split('\n')).toEqual([
      'stored: 1 endpoint',
      'already there: nothing',
      'skipped: 6',
      '  line 1, integration tg: latch does not support the provider telegram',
      '  line 2, endpoint of-nobody: the subscriber nobody does not exist',
      '  line 3, endpoint of-nothing: the integration none does not exist',
      '  line 5: its "record" must be one of the following values: environment, integration, ' +
        'subscriber, context, connection, endpoint',
      '  line 6, subscriber a b: SubscriberId must be a valid email address or a string of ' +
        'alphanumeric characters, hyphens, and underscores; email must be an email',
      '  line 7: it is not JSON',
    ])
    const json = await run([latch, 'import', file, '--json', '--data-dir', target], { cwd: folder })
    expect(json.exitCode).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({
      stored: {},
      known: { endpoint: 1 },
      skipped: [
        { line: 1, what: 'integration tg' },
        { line: 2, what: 'endpoint of-nobody' },
        { line: 3, what: 'endpoint of-nothing' },
        { line: 5, what: 'line 5' },
        { line: 6, what: 'subscriber a b' },
        { line: 7, what: 'line 7', why: 'it is not JSON' },
      ],
    })
  })

  test('say what is wrong with their use', async () => {
    const none = await run([latch, 'import'], { cwd: folder })
    expect([none.exitCode, none.stderr]).toMatchObject([2, expect.stringContaining('--from-novu')])
    const empty = await run([latch, 'export', '--data-dir', 'nowhere'], { cwd: folder })
    expect(empty.stderr).toContain('There is no latch data in nowhere')
    expect(existsSync(join(folder, 'nowhere'))).toBe(false)
  })
})

describe('latch import --from-novu', () => {
  test('reads a deployment by its API, and resumes after an interruption', async () => {
    const source = await filled()
    const asked: string[] = []
    let allowed = 4
    // As Novu answers, in its envelope; until it is told to break off.
    const novu = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      async fetch(request) {
        const { pathname, search } = new URL(request.url)
        if (allowed === 0) return new Response('bad gateway', { status: 502 })
        allowed -= 1
        asked.push(pathname + search)
        const { authorization = '' } = Object.fromEntries(request.headers)
        return fetch(source.url + pathname + search, { headers: { authorization } })
      },
    })
    try {
      const target = await emptyDataDir()
      const args = [
        latch,
        'import',
        '--json',
        '--data-dir',
        target,
        '--from-novu',
        `${novu.url.origin}/`,
      ]
      const env = { ...process.env, NOVU_SECRET_KEY: API_KEY }
      const first = await run(args, { cwd: folder, env })
      expect([first.exitCode, first.stderr]).toMatchObject([
        1,
        expect.stringContaining('Novu responded with status 502 to GET /v2/contexts'),
      ])
      const before = asked.length
      allowed = 100
      const second = await run(args, { cwd: folder, env })
      expect(second.exitCode).toBe(0)
      // Not from the beginning: what was read is not read again.
      expect(asked.slice(before).map((path) => path.split('?')[0])).toEqual([
        '/v2/contexts',
        '/v1/channel-connections',
        '/v1/channel-endpoints',
      ])
      expect(JSON.parse(second.stdout)).toMatchObject({ skipped: [], stored: { endpoint: 1 } })
      expect(existsSync(join(target, 'import-from-novu.json'))).toBe(false)
      await source.stop()
      const [endpoints, , subscribers] = await everything(target)
      const [wanted, , wantedSubscribers] = await everything(source.dataDir)
      expect(endpoints).toEqual(asImported(wanted))
      expect(subscribers).toEqual(wantedSubscribers as unknown[])
    } finally {
      await novu.stop(true)
    }
  })
})
