import { beforeAll, describe, expect, test } from 'bun:test'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { latchBinary } from '../harness/binary.ts'
import { firstApiKey, run, start } from '../harness/process.ts'
import { API_KEY, startService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const folder = tempDir()
let binary = ''
beforeAll(async () => {
  binary = await latchBinary()
}, 60_000)

const latch = (...args: string[]) => run([binary, ...args], { cwd: folder })

async function stopped(): Promise<string> {
  const service = await startService()
  await service.stop()
  return service.dataDir
}

describe('latch keys', () => {
  test('makes a key that works, within what it may do, until it is revoked', async () => {
    const dataDir = await stopped()
    const where = ['--data-dir', dataDir, '--json']
    const args = ['--name', 'ci', '--permission', 'links', '--expires-in', '90d']
    const made = JSON.parse((await latch('keys', 'create', ...args, ...where)).stdout) as {
      id: string
      apiKey: string
    }
    expect(made).toMatchObject({ name: 'ci', permission: 'links' })
    expect(made.apiKey).toMatch(/^latch_/)
    const ask = async (method: string, path: string, body?: unknown): Promise<number> => {
      const service = await startService({}, dataDir)
      const authorization = `ApiKey ${made.apiKey}`
      const { status } = await service.api(method, path, body, { authorization })
      await service.stop()
      return status
    }
    const link = { subscriberId: 'subscriber-123', integrationIdentifier: 'slack' }
    expect(await ask('POST', '/v1/integrations/channel-endpoints/oauth', link)).toBe(201)
    expect(await ask('GET', '/v1/channel-endpoints')).toBe(403)

    const listed = JSON.parse((await latch('keys', 'list', ...where)).stdout) as object[]
    expect(listed).toHaveLength(2)
    expect(listed).toContainEqual(
      expect.objectContaining({ id: made.id, name: 'ci', permission: 'links', revokedAt: null }),
    )
    expect(JSON.stringify(listed)).not.toContain(made.apiKey)
    expect((await latch('keys', 'revoke', made.id, ...where)).exitCode).toBe(0)
    expect(await ask('POST', '/v1/integrations/channel-endpoints/oauth', link)).toBe(401)
  })

  test('says what is wrong with what was typed', async () => {
    const dataDir = await stopped()
    for (const [args, says] of [
      [['create', '--permission', 'root'], '--permission must be one of all, read, tokens, links'],
      [['create', '--expires-in', 'soon'], '--expires-in must be a number of days'],
      [['revoke', 'nope'], 'there is no key nope here'],
    ] as const) {
      const { exitCode, stderr } = await latch('keys', ...args, '--data-dir', dataDir)
      expect([exitCode, stderr]).toMatchObject([2, expect.stringContaining(says)])
    }
  })

  test('of another environment sees nothing of the first', async () => {
    const dataDir = await stopped()
    const where = ['--data-dir', dataDir, '--json']
    const { stdout } = await latch('environments', 'create', 'Staging', ...where)
    const { id } = JSON.parse(stdout) as { id: string }
    const names = JSON.parse((await latch('environments', 'list', ...where)).stdout) as object[]
    expect(names).toMatchObject([{ name: 'Sandbox' }, { id, name: 'Staging' }])
    const made = await latch('keys', 'create', '--environment', id, ...where)
    const { apiKey } = JSON.parse(made.stdout) as { apiKey: string }
    const service = await startService({}, dataDir)
    const authorization = `ApiKey ${apiKey}`
    const list = await service.api('GET', '/v2/subscribers', undefined, { authorization })
    expect([list.status, list.body]).toMatchObject([200, { data: [], totalCount: 0 }])
    await service.stop()
  })
})

describe('latch backup and restore', () => {
  test('bring back what was there, copied while latch was running', async () => {
    const service = await startService()
    await service.api('POST', '/v2/subscribers', { subscriberId: 'kept' })
    const file = join(folder, 'one.backup')
    const made = await latch('backup', file, '--data-dir', service.dataDir)
    expect([made.exitCode, made.stdout]).toMatchObject([
      0,
      expect.stringContaining('Keep the secret key'),
    ])
    expect((await latch('backup', file, '--data-dir', service.dataDir)).exitCode).toBe(1)
    await service.api('POST', '/v2/subscribers', { subscriberId: 'after' })

    const busy = await latch('restore', file, '--data-dir', service.dataDir)
    expect([busy.exitCode, busy.stderr]).toMatchObject([1, expect.stringContaining('is running')])
    await service.stop()
    expect((await latch('restore', file, '--data-dir', service.dataDir)).exitCode).toBe(0)
    const again = await startService({}, service.dataDir)
    const status = async (id: string) => (await again.api('GET', `/v2/subscribers/${id}`)).status
    expect([await status('kept'), await status('after')]).toEqual([200, 404])
    await again.stop()
  })

  test('refuse what is damaged, of another key, or has none, and leave all as it was', async () => {
    const dataDir = await stopped()
    const other = await stopped()
    const file = join(folder, 'two.backup')
    await latch('backup', file, '--data-dir', dataDir)
    const broken = join(folder, 'broken.backup')
    writeFileSync(broken, 'not a database')
    const bare = join(folder, 'bare')
    mkdirSync(bare)
    for (const [from, into, says] of [
      [broken, dataDir, 'is damaged, or not a backup of latch'],
      [join(folder, 'none'), dataDir, 'is not there'],
      [file, other, 'is not the one that this database was made with'],
      [file, bare, 'of no use without its secret key'],
    ] as const) {
      const { exitCode, stderr } = await latch('restore', from, '--data-dir', into)
      expect([exitCode, stderr]).toMatchObject([1, expect.stringContaining(says)])
    }
    const service = await startService({}, other)
    expect(
      (
        await service.api('GET', '/v2/subscribers', undefined, {
          authorization: `ApiKey ${API_KEY}`,
        })
      ).status,
    ).toBe(200)
    await service.stop()
    // On a new machine, with the key put there first.
    cpSync(join(dataDir, 'secret.key'), join(bare, 'secret.key'))
    expect((await latch('restore', file, '--data-dir', bare)).exitCode).toBe(0)
    const moved = await startService({}, bare)
    await moved.stop()
  })
})

test('a latch that was stopped has left everything in latch.db, for whoever copies that alone', async () => {
  const args = [binary, 'serve', '--port', '0', '--data-dir', join(tempDir(), 'data')]
  const dataDir = args.at(-1) ?? ''
  const first = await start(args, { cwd: folder })
  const apiKey = await firstApiKey(first)
  const ask = (line: string, path: string, init?: RequestInit): Promise<Response> =>
    fetch(`${line.split(' ').at(-1)}${path}`, {
      ...init,
      headers: { authorization: `ApiKey ${apiKey}`, 'content-type': 'application/json' },
    })
  const body = JSON.stringify({ subscriberId: 'kept' })
  expect((await ask(first.firstLine, '/v2/subscribers', { method: 'POST', body })).status).toBe(201)
  first.signal('SIGTERM')
  await first.finished

  const copy = tempDir()
  for (const file of ['latch.db', 'secret.key']) cpSync(join(dataDir, file), join(copy, file))
  const second = await start([...args.slice(0, -1), copy], { cwd: folder })
  expect((await ask(second.firstLine, '/v2/subscribers/kept')).status).toBe(200)
  second.signal('SIGTERM')
  await second.finished
})

test('latch check-key opens everything, and names what does not open', async () => {
  const dataDir = await stopped()
  const check = () => latch('check-key', '--json', '--data-dir', dataDir)
  const good = await check()
  expect([good.exitCode, JSON.parse(good.stdout)]).toEqual([0, { checked: 4, dead: [] }])
  const client = createClient({ url: `file:${join(dataDir, 'latch.db')}` })
  await client.execute(
    "update integrations set credentials_sealed = (select credentials_sealed from integrations where identifier = 'slack') where identifier = 'msteams'",
  )
  client.close()
  const bad = await check()
  expect([bad.exitCode, JSON.parse(bad.stdout)]).toMatchObject([
    1,
    { checked: 4, dead: [{ table: 'integrations', column: 'credentials' }] },
  ])
  rmSync(dataDir, { recursive: true })
})

describe('latch explain', () => {
  test('says why a link failed, while latch runs and when it does not', async () => {
    const service = await startService()
    const made = await service.api('POST', '/v1/integrations/channel-endpoints/oauth', {
      subscriberId: 'subscriber-123',
      integrationIdentifier: 'slack',
    })
    const id = String(made.headers.get('latch-link-id'))
    const { url } = made.body as { url: string }
    const page = await service.open(await service.consent(new URL(url), { decision: 'deny' }))
    const reference = String(page.headers.get('x-request-id'))
    const where = ['--data-dir', service.dataDir]
    const running = await latch('explain', id, ...where)
    expect(running.exitCode).toBe(0)
    for (const text of [
      id,
      'for subscriber-123, by slack (Slack)',
      'failed, and can be used until',
      'the link was made',
      `an attempt failed (request ${reference})`,
      'access_denied; the provider said: access_denied',
      'chose Cancel at Slack',
    ]) {
      expect(running.stdout).toContain(text)
    }
    await service.stop()
    const atRest = await latch('explain', reference, ...where)
    expect(atRest.stdout).toBe(running.stdout)
    const told = await latch('explain', reference, '--json', ...where)
    expect(JSON.parse(told.stdout)).toMatchObject({ links: [{ id, status: 'failed' }], code: null })
  })

  test('knows error codes, and says where to look for what it does not know', async () => {
    const where = ['--data-dir', await stopped()]
    const code = await latch('explain', 'AADSTS50194', ...where)
    expect([code.exitCode, code.stdout]).toEqual([0, expect.stringContaining('singleTenant')])
    const unknown = await latch('explain', 'a3f1c9', ...where)
    expect([unknown.exitCode, unknown.stdout]).toEqual([1, expect.stringContaining('in the log')])
  })
})
