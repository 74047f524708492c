import { expect, test } from 'bun:test'
import { callProvider, type Fetch } from '../../src/providers/call-provider.ts'
import { limitedFetch } from '../../src/providers/limited-fetch.ts'

const GET = { method: 'GET', headers: {} } as const

test('a hundred calls are under way at once, also while their responses arrive', async () => {
  const started = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  let asked = 0
  const fetch = limitedFetch(async () => {
    asked += 1
    if (asked === 100) started.resolve()
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await release.promise
        controller.enqueue(new TextEncoder().encode('{"ok":true}'))
        controller.close()
      },
    })
    return new Response(body, { headers: { 'content-type': 'application/json' } })
  })
  const calls = Array.from({ length: 150 }, () => callProvider(fetch, 'https://slack.com', GET))
  await started.promise
  // Whoever could begin has begun by then.
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked).toBe(100)
  release.resolve()
  const answered = { kind: 'answered', status: 200, body: { ok: true } }
  expect(new Set((await Promise.all(calls)).map((one) => JSON.stringify(one)))).toEqual(
    new Set([JSON.stringify(answered)]),
  )
  expect(asked).toBe(150)
})

test('a call whose time is over before its turn was not sent', async () => {
  const release = Promise.withResolvers<void>()
  const asked: string[] = []
  const fetch = limitedFetch(async (url) => {
    asked.push(url)
    await release.promise
    return Response.json({})
  })
  const others = Array.from({ length: 100 }, () => fetch('https://slack.com', {}))
  const inTime: Fetch = (url, init) => fetch(url, { ...init, signal: AbortSignal.abort() })
  const late = callProvider(inTime, 'https://slack.com/late', GET)
  release.resolve()
  expect(await late).toEqual({ kind: 'unavailable', reason: 'NotSent', sent: false })
  await Promise.all(others)
  expect(asked).not.toContain('https://slack.com/late')
})

test('no more of a response is read than is accepted', async () => {
  let sent = 0
  const fetch = limitedFetch(async () => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        controller.enqueue(new Uint8Array(64 * 1024))
      },
    })
    return new Response(body)
  })
  expect(await callProvider(fetch, 'https://slack.com', GET)).toEqual({
    kind: 'unavailable',
    reason: 'the response is too large',
    sent: true,
  })
  expect(sent).toBeLessThan(10)
})

test('a response without a body stays as it is', async () => {
  const fetch = limitedFetch(async () => new Response(null, { status: 204 }))
  expect((await fetch('https://slack.com', {})).status).toBe(204)
})
