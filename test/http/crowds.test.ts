import { describe, expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import {
  API_KEY,
  LINK_PATH,
  SAMPLE_BODY,
  startService,
  type TestService,
} from '../harness/service.ts'
import { until } from '../harness/until.ts'

const CROWD = 1100

/** Sends the same bytes on many connections, and keeps them open. */
async function crowd(url: string, head: string): Promise<Socket[]> {
  const { hostname, port } = new URL(url)
  const sockets = Array.from({ length: CROWD }, () => connect(Number(port), hostname))
  await Promise.all(
    sockets.map((socket) => new Promise<void>((resolve) => socket.write(head, () => resolve()))),
  )
  return sockets
}

/** What callers with a key and monitors are answered. */
async function expectUnharmed(service: TestService): Promise<void> {
  // One after the other: the crowd that is still arriving comes in between.
  for (let round = 0; round < 10; round += 1) await expectAnswers(service)
}

async function expectAnswers(service: TestService): Promise<void> {
  const link = await service.api('POST', LINK_PATH, SAMPLE_BODY)
  const read = await service.api('GET', '/v1/channel-endpoints')
  const [alive, ready] = await Promise.all([
    fetch(`${service.url}/healthz`),
    fetch(`${service.url}/readyz`),
  ])
  expect([link.status, read.status, alive.status, ready.status]).toEqual([201, 200, 200, 200])
}

describe('a crowd leaves API callers and health checks alone:', () => {
  test('everybody opens one link while the provider hangs', async () => {
    const service = await startService()
    const { pathname, search } = new URL(await service.consent(await service.link()))
    let release = (): void => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    service.slackAnswers.push(async () => {
      await released
      return Response.json({ ok: false, error: 'code_already_used' })
    })
    const sockets = await crowd(
      service.url,
      `GET ${pathname}${search} HTTP/1.1\r\nHost: latch.test\r\nAccept: text/html\r\n\r\n`,
    )
    await until(() => service.slackRequests.includes('POST /api/oauth.v2.access'))
    await expectUnharmed(service)
    release()
    for (const socket of sockets) socket.destroy()
    await service.stop()
  }, 60_000)

  test('somebody with a key sends bodies that do not arrive', async () => {
    const service = await startService()
    const sockets = await crowd(
      service.url,
      `POST ${LINK_PATH} HTTP/1.1\r\nHost: latch.test\r\nAuthorization: ApiKey ${API_KEY}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    )
    await expectUnharmed(service)
    const answers = await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data)))),
      ),
    )
    const statuses = new Set(answers.map((answer) => answer.split(' ')[1]))
    expect(statuses).toEqual(new Set(['408']))
    await expectUnharmed(service)
    for (const socket of sockets) socket.destroy()
    await service.stop()
  }, 60_000)
})
