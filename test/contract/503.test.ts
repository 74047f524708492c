import { describe, expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { API_KEY, LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'
import { expectConforms } from './contract.ts'

describe('503', async () => {
  const service = await startService(WITH_LIMITS)
  const { hostname, port } = new URL(service.url)

  const send = (headers: readonly string[], body: string): Promise<Socket> =>
    new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        const head = [
          `POST ${LINK_PATH} HTTP/1.1`,
          'Host: latch',
          `Authorization: ApiKey ${API_KEY}`,
          'Content-Type: application/json',
          ...headers,
        ].join('\r\n')
        socket.write(`${head}\r\n\r\n${body}`, () => resolve(socket))
      })
    })

  /** Sends a request whose body does not come, and so stays in flight. */
  const hold = (): Promise<Socket> => send(['Content-Length: 2'], '{')

  /** Sends a request that is answered once the database can be written. */
  const sendWrite = (key: number): Promise<Socket> => {
    const body = JSON.stringify(SAMPLE_BODY)
    const length = `Content-Length: ${Buffer.byteLength(body)}`
    return send([length, `Idempotency-Key: written-${key}`], body)
  }

  const ask = () => service.api('POST', LINK_PATH, SAMPLE_BODY)

  test('more concurrent requests than the limit, until some have finished', async () => {
    // Another process holds the write lock.
    const holder = Bun.spawn(
      [
        process.execPath,
        join(import.meta.dir, '../harness/hold-write-lock.ts'),
        service.databaseFile,
        '60000',
      ],
      { stdout: 'pipe' },
    )
    await holder.stdout.getReader().read()
    const sockets = await Promise.all(Array.from({ length: 1024 }, (_, key) => sendWrite(key)))
    let answer = await ask()
    for (let tries = 0; tries < 100 && answer.status !== 503; tries += 1) {
      await Bun.sleep(10)
      answer = await ask()
    }
    expectConforms(answer, 503, { authenticated: false })
    expect(answer.body).toBe('Please wait some time, then try again.')
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(answer.headers.get('x-request-id')).not.toBeNull()

    holder.kill('SIGKILL')
    await holder.exited
    for (let tries = 0; tries < 200 && answer.status === 503; tries += 1) {
      await Bun.sleep(10)
      answer = await ask()
    }
    expectConforms(answer, 201)
    for (const socket of sockets) socket.destroy()
  }, 20_000)

  test('shutting down: requests in flight finish, and new ones are refused', async () => {
    const socket = await hold()
    await Bun.sleep(50)
    const finished = new Promise<string>((resolve) => {
      socket.on('data', (data) => resolve(data.toString()))
    })
    const kept = ask()
    await kept
    const stopping = service.stop()
    socket.write('}')
    expect(await finished).toStartWith('HTTP/1.1 422')
    socket.destroy()
    await stopping
    await expect(ask()).rejects.toThrow()
  })
})
