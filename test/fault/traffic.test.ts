import { beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { latchBinary } from '../harness/binary.ts'
import { type Started, start } from '../harness/process.ts'
import { LINK_PATH, SAMPLE_BODY, startService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

let binary = ''
beforeAll(async () => {
  binary = await latchBinary()
}, 60_000)

type Sandbox = { process: Started; url: string; apiKey: string; slackUrl: string }

async function startSandbox(env: Record<string, string> = {}): Promise<Sandbox> {
  const process = await start([binary, 'sandbox', '--json', '--port', '0'], {
    cwd: tempDir(),
    env: { LATCH_RATE_LIMIT_GLOBAL: '0', LATCH_RATE_LIMIT_CONFIGURATION: '0', ...env },
  })
  return { process, ...(JSON.parse(process.firstLine) as Omit<Sandbox, 'process'>) }
}

async function stop({ process }: Sandbox): Promise<void> {
  process.signal('SIGTERM')
  expect((await process.finished).exitCode).toBe(0)
}

async function link({ url, apiKey }: Sandbox, key?: string): Promise<number> {
  const response = await fetch(url + LINK_PATH, {
    method: 'POST',
    headers: {
      authorization: `ApiKey ${apiKey}`,
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body: JSON.stringify(SAMPLE_BODY),
  })
  await response.text()
  return response.status
}

const residentMegabytes = ({ process }: Sandbox): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${process.pid}/status`, 'utf8'))?.[1]) / 1024

const open = ({ url }: Sandbox, says: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname, () => socket.write(says, () => resolve(socket)))
    socket.on('error', reject)
  })

async function openMany(sandbox: Sandbox, count: number, says: string): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(500, count - sockets.length) }, () =>
      open(sandbox, says),
    )
    sockets.push(...(await Promise.all(some)))
  }
  for (const socket of sockets) socket.on('error', () => {})
  return sockets
}

describe('latch keeps responding', () => {
  test('with 10,000 silent connections, in little memory', async () => {
    const sandbox = await startSandbox()
    await link(sandbox)
    const before = residentMegabytes(sandbox)
    const sockets = await openMany(sandbox, 10_000, '')
    expect(await link(sandbox)).toBe(201)
    expect(residentMegabytes(sandbox) - before).toBeLessThan(60)
    for (const socket of sockets) socket.destroy()
    expect(await link(sandbox)).toBe(201)
    await stop(sandbox)
  }, 30_000)

  test('with 1,000 clients that send their headers a byte at a time, or only half of them', async () => {
    const sandbox = await startSandbox()
    const slow = await openMany(sandbox, 500, 'POST /v1/integrations/chann')
    const half = await openMany(sandbox, 500, `POST ${LINK_PATH} HTTP/1.1\r\nHost: latch\r\nX-`)
    for (let byte = 0; byte < 5; byte += 1) {
      for (const socket of [...slow, ...half]) socket.write('a')
      expect(await link(sandbox)).toBe(201)
    }
    for (const socket of [...slow, ...half]) socket.destroy()
    await stop(sandbox)
  }, 30_000)

  test('with clients that never read the response, or have half-closed the connection', async () => {
    const sandbox = await startSandbox()
    const before = residentMegabytes(sandbox)
    const ask = 'GET /docs/operating HTTP/1.1\r\nHost: latch\r\n\r\n'
    const deaf = await openMany(sandbox, 200, ask.repeat(20))
    for (const socket of deaf) socket.pause()
    const leaving = await openMany(sandbox, 200, ask)
    for (const socket of leaving) socket.end()
    const cut = await openMany(sandbox, 200, ask.slice(0, 30))
    for (const socket of cut) socket.destroy()
    expect(await link(sandbox)).toBe(201)
    expect(residentMegabytes(sandbox) - before).toBeLessThan(100)
    for (const socket of [...deaf, ...leaving]) socket.destroy()
    await stop(sandbox)
  }, 30_000)

  test('while a provider hangs for many users at once', async () => {
    const service = await startService()
    const callbacks = await Promise.all(
      Array.from({ length: 50 }, async (_, index) =>
        service.consent(await service.link({ context: { of: `${index}` } })),
      ),
    )
    const release = Promise.withResolvers<void>()
    for (const _ of callbacks) {
      service.slackAnswers.push(async () => {
        await release.promise
        return new Response('', { status: 503 })
      })
    }
    const pages = callbacks.map((callback) => service.open(callback))
    const startedMs = performance.now()
    for (let count = 0; count < 50; count += 1) await service.link()
    expect(performance.now() - startedMs).toBeLessThan(2000)
    release.resolve()
    for (const page of await Promise.all(pages)) {
      expect([page.status, page.text.includes('Slack is not answering')]).toEqual([502, true])
    }
    await service.stop()
  })

  test('when the clock jumps a day ahead and back again', async () => {
    const service = await startService({ LATCH_RATE_LIMIT_GLOBAL: '1000' })
    const day = 24 * 60 * 60_000
    const key = { 'idempotency-key': 'jump' }
    const first = await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    const before = await service.consent(await service.link())
    service.advance(day)
    expect((await service.open(before)).text).toContain('This link has expired')
    const ahead = await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    expect([ahead.status, ahead.text === first.text]).toEqual([201, false])
    const fromAhead = await service.consent(await service.link())
    service.advance(-day)
    // Its state is from the future now, and is worth nothing.
    expect((await service.open(fromAhead)).status).toBe(400)
    expect((await service.open(await service.consent(await service.link()))).status).toBe(200)
    for (let count = 0; count < 20; count += 1) await service.link()
    await service.stop()
  })
})

describe('latch that is being stopped', () => {
  test('fails no request of a proxy that watches /readyz, under load', async () => {
    const sandbox = await startSandbox({ LATCH_SHUTDOWN_DELAY_MS: '600' })
    let ready = true
    const watching = (async () => {
      while (ready) {
        ready = await fetch(`${sandbox.url}/readyz`).then(
          (response) => response.ok,
          () => false,
        )
        await Bun.sleep(20)
      }
    })()
    const statuses = new Map<number | string, number>()
    let keys = 0
    const client = async () => {
      while (ready) {
        keys += 1
        const status = await link(sandbox, `k${keys}`).catch((error: unknown) => String(error))
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
    const clients = Array.from({ length: 16 }, client)
    await Bun.sleep(300)
    sandbox.process.signal('SIGTERM')
    await Promise.all([watching, ...clients])
    expect([...statuses.keys()]).toEqual([201])
    expect(statuses.get(201)).toBeGreaterThan(100)
    expect((await sandbox.process.finished).exitCode).toBe(0)
  }, 20_000)

  test('ends immediately at the second signal, whatever is pending', async () => {
    const sandbox = await startSandbox({ LATCH_SHUTDOWN_DELAY_MS: '60000' })
    sandbox.process.signal('SIGTERM')
    for (let tries = 0; tries < 100; tries += 1) {
      if (!(await fetch(`${sandbox.url}/readyz`)).ok) break
      await Bun.sleep(20)
    }
    sandbox.process.signal('SIGTERM')
    expect((await sandbox.process.finished).exitCode).toBe(1)
  })
})
