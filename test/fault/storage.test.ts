import { beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { latchBinary } from '../harness/binary.ts'
import { start } from '../harness/process.ts'
import {
  API_KEY,
  LINK_PATH,
  SAMPLE_BODY,
  startService,
  type TestService,
} from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

let binary = ''
beforeAll(async () => {
  binary = await latchBinary()
}, 60_000)

let keys = 0
/** A link that is on the disk before it is answered, as SDKs ask for it. */
const write = async (service: TestService) => {
  keys += 1
  return service.api('POST', LINK_PATH, SAMPLE_BODY, { 'idempotency-key': `k${keys}` })
}
const BUSY = 'Please wait some time, then try again.'

async function recovered(ask: () => Promise<number>, withinMs: number): Promise<void> {
  const startedMs = performance.now()
  let status = await ask()
  while (status !== 201 && performance.now() - startedMs < withinMs) {
    await Bun.sleep(20)
    status = await ask()
  }
  expect([status, performance.now() - startedMs < withinMs]).toEqual([201, true])
}

async function hold(service: TestService, milliseconds: number) {
  const script = join(import.meta.dir, '../harness/hold-write-lock.ts')
  const file = join(service.dataDir, 'latch.db')
  const command = [process.execPath, script, file, String(milliseconds)]
  const holder = Bun.spawn(command, { stdout: 'pipe' })
  await holder.stdout.getReader().read()
  return holder
}

describe('a database that another process has locked', () => {
  test('for a moment only delays a write', async () => {
    const service = await startService()
    const holder = await hold(service, 500)
    expect((await write(service)).status).toBe(201)
    await holder.exited
    await service.stop()
  })

  test('for long causes 503, while reads work; writes work again within a second of its end', async () => {
    const service = await startService()
    const holder = await hold(service, 4000)
    const refused = await write(service)
    expect([refused.status, refused.body, refused.headers.get('retry-after')]).toEqual([
      503,
      BUSY,
      '1',
    ])
    expect((await service.api('GET', '/v1/channel-endpoints')).status).toBe(200)
    expect((await fetch(`${service.url}/readyz`)).status).toBe(503)
    await holder.exited
    await recovered(async () => (await write(service)).status, 1000)
    expect(
      service.logged.filter(({ message }) => /the database is unavailable/.test(message)),
    ).toHaveLength(1)
    await service.stop()
  }, 20_000)
})

describe('a database whose file is removed or replaced', () => {
  test('accepts no write that would be lost, and continues when the file is back', async () => {
    const service = await startService()
    const file = join(service.dataDir, 'latch.db')
    renameSync(file, `${file}.away`)
    const refused = await write(service)
    expect([refused.status, refused.body]).toEqual([503, BUSY])
    expect((await fetch(`${service.url}/readyz`)).status).toBe(503)
    const [logged] = service.logged.filter(({ message }) =>
      /the database is unavailable/.test(message),
    )
    expect(String(logged?.fields['error'])).toContain('was removed while latch was running')
    const told = () =>
      service.logged.filter(({ message }) => /the database is unavailable/.test(message)).length
    const before = told()
    for (const { status } of await Promise.all(Array.from({ length: 100 }, () => write(service)))) {
      expect(status).toBe(503)
    }
    expect(told() - before).toBeLessThanOrEqual(2)

    writeFileSync(file, '')
    expect((await write(service)).status).toBe(503)
    rmSync(file)
    renameSync(`${file}.away`, file)
    expect((await write(service)).status).toBe(201)
    await service.stop()
  })

  for (const ending of ['-wal', '-shm']) {
    test(`(${ending}) accepts no more writes, and loses none that it acknowledged`, async () => {
      const dataDir = tempDir()
      const service = await startService({}, dataDir)
      const create = (index: number) =>
        service.api('POST', '/v2/subscribers', { subscriberId: `before-${index}` })
      const taken: number[] = []
      let refusals = 0
      const work = async (from: number): Promise<void> => {
        for (let index = from; index < 200; index += 4) {
          const { status } = await create(index)
          if (status === 201) taken.push(index)
          else refusals += status === 503 ? 1 : 0
          if (index === 80) rmSync(join(dataDir, `latch.db${ending}`))
        }
      }
      await Promise.all([0, 1, 2, 3].map(work))
      expect(taken.length).toBeGreaterThanOrEqual(60)
      expect(taken.length + refusals).toBe(200)
      expect((await create(0)).status).toBe(503)
      expect((await fetch(`${service.url}/readyz`)).status).toBe(503)
      const [logged] = service.logged.filter(({ message }) =>
        /the database is unavailable/.test(message),
      )
      expect(String(logged?.fields['error'])).toContain(`latch.db${ending} was removed`)
      await service.stop()

      // In a process of its own: here libSQL still has open what was closed a moment ago.
      const command = [binary, 'sandbox', '--json', '--port', '0', '--data-dir', dataDir]
      const env = { LATCH_RATE_LIMIT_GLOBAL: '0', LATCH_RATE_LIMIT_CONFIGURATION: '0' }
      const again = await start(command, { cwd: dataDir, env })
      const { url } = JSON.parse(again.firstLine) as { url: string }
      const headers = { authorization: `ApiKey ${API_KEY}`, 'content-type': 'application/json' }
      for (const index of taken) {
        const response = await fetch(`${url}/v2/subscribers/before-${index}`, { headers })
        expect(response.status).toBe(200)
      }
      const body = JSON.stringify({ subscriberId: 'after' })
      const after = await fetch(`${url}/v2/subscribers`, { method: 'POST', headers, body })
      expect(after.status).toBe(201)
      again.signal('SIGTERM')
      expect((await again.finished).exitCode).toBe(0)
    }, 30_000)
  }

  test('shows the user a page, and does not use up their link', async () => {
    const service = await startService()
    const callback = await service.consent(await service.link())
    const file = join(service.dataDir, 'latch.db')
    renameSync(file, `${file}.away`)
    const page = await service.open(callback)
    expect([page.status, page.headers.get('content-type')]).toEqual([
      503,
      'text/html; charset=utf-8',
    ])
    expect(page.text).toContain('Too busy right now')
    renameSync(`${file}.away`, file)
    expect((await service.open(callback)).status).toBe(200)
    await service.stop()
  })
})

const hasNamespaces = Bun.spawnSync(['unshare', '-rm', 'true']).success

describe.if(hasNamespaces)('a disk that is full', () => {
  test('causes 503, readiness fails, data is kept, and freeing space is enough to continue', async () => {
    const folder = tempDir()
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    const script = `mount -t tmpfs -o size=4m tmpfs ${disk} && exec ${binary} sandbox --json --port 0 --data-dir ${disk}/data`
    const env = { LATCH_RATE_LIMIT_GLOBAL: '0', LATCH_RATE_LIMIT_CONFIGURATION: '0' }
    const latch = await start(['unshare', '-rm', 'sh', '-c', script], { cwd: folder, env })
    const { url, apiKey } = JSON.parse(latch.firstLine) as { url: string; apiKey: string }
    const create = async (index: number, bytes = 20_000) => {
      const response = await fetch(`${url}/v2/subscribers`, {
        method: 'POST',
        headers: { authorization: `ApiKey ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ subscriberId: `s${index}`, data: { filler: 'x'.repeat(bytes) } }),
      })
      return { status: response.status, body: await response.json(), headers: response.headers }
    }
    let made = 0
    let answer = await create(made)
    while (answer.status === 201 && made < 1000) {
      made += 1
      answer = await create(made)
    }
    expect([answer.status, answer.body, answer.headers.get('retry-after')]).toEqual([
      503,
      BUSY,
      '1',
    ])
    expect(made).toBeGreaterThan(10)
    // What is too little for much may do for little: until it is too little for anything.
    let small = 0
    while ((await create(2000 + small, 0)).status === 201 && small < 1000) small += 1
    // Again and again: it neither ends nor forgets.
    for (let tries = 0; tries < 5; tries += 1) expect((await create(made)).status).toBe(503)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const readiness = async () => (await fetch(`${url}/readyz`)).status
    for (let asked = 0; asked < 10 && (await readiness()) === 200; asked += 1) await Bun.sleep(1000)
    expect(await readiness()).toBe(503)
    const headers = { authorization: `ApiKey ${apiKey}` }
    const read = await fetch(`${url}/v2/subscribers/s${made - 1}`, { headers })
    expect(read.status).toBe(200)

    // Seen from outside of its namespace, by its process.
    const root = `/proc/${latch.pid}/root${disk}`
    expect(existsSync(root)).toBe(true)
    const remount = ['nsenter', '-U', '-m', '--preserve-credentials', '-t', String(latch.pid)]
    Bun.spawnSync([...remount, 'mount', '-o', 'remount,size=16m', disk])
    await recovered(async () => (await create(made)).status, 2000)
    latch.signal('SIGTERM')
    expect((await latch.finished).exitCode).toBe(0)
  }, 30_000)
})

test('a temp directory that is removed after the start is not needed', async () => {
  const folder = tempDir()
  const temp = join(folder, 'tmp')
  mkdirSync(temp)
  const latch = await start([binary, 'sandbox', '--json', '--port', '0'], {
    cwd: folder,
    env: { TMPDIR: temp },
  })
  rmSync(temp, { recursive: true })
  const { url, apiKey } = JSON.parse(latch.firstLine) as { url: string; apiKey: string }
  const response = await fetch(url + LINK_PATH, {
    method: 'POST',
    headers: {
      authorization: `ApiKey ${apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': 'one',
    },
    body: JSON.stringify(SAMPLE_BODY),
  })
  expect(response.status).toBe(201)
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  latch.signal('SIGTERM')
  expect((await latch.finished).exitCode).toBe(0)
})
