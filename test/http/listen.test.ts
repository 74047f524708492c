import { expect, test } from 'bun:test'
import { connect } from 'node:net'
import { listen } from '../../src/http/listen.ts'

test('a listener that is stopped waits for responses, but not longer than its grace period', async () => {
  for (const [answersAfterMs, expected] of [
    [200, 'answered'],
    [60_000, 'cut off'],
  ] as const) {
    const listener = listen('127.0.0.1', 0, { stopGraceMs: 1000 })
    const arrived = Promise.withResolvers<void>()
    listener.setHandler(async () => {
      arrived.resolve()
      await Bun.sleep(answersAfterMs)
      return new Response('answered')
    })
    const asked = fetch(listener.url).then(
      (response) => response.text(),
      () => 'cut off',
    )
    await arrived.promise
    const startedMs = performance.now()
    await listener.stop()
    expect(performance.now() - startedMs).toBeLessThan(5000)
    expect(await asked).toBe(expected)
  }
})

for (const [name, sends, answers] of [
  ['has had its response', 'GET / HTTP/1.1\r\nHost: latch\r\n\r\n', true],
  ['has sent half a request head', 'GET / HTTP/1.1\r\nHo', false],
] as const) {
  test(`a listener that is stopped soon cuts off a connection that ${name}`, async () => {
    const listener = listen('127.0.0.1', 0)
    listener.setHandler(() => new Response('answered'))
    const socket = connect(listener.port, '127.0.0.1')
    const answered = new Promise((resolve) => socket.once('data', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.write(sends, resolve))
    if (answers) await answered
    // What was sent before this request has arrived when it is answered.
    else await fetch(listener.url)
    const startedMs = performance.now()
    await listener.stop()
    // Long before Bun would call it idle, and before the requests in flight would be cut off.
    expect(performance.now() - startedMs).toBeLessThan(8000)
    await closed
  })
}
