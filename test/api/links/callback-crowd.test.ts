import { afterAll, expect, test } from 'bun:test'
import { rawRequest } from '../../harness/raw-request.ts'
import { LINK_PATH, SAMPLE_BODY, startService } from '../../harness/service.ts'

// docs/decisions/0007-single-use-links.md
const service = await startService()
afterAll(() => service.stop())

const ADA = { user: 'U0ADA00001' }

/** Not by `fetch`: Bun runs 256 of a process at once, and a database that is a server needs some. */
function crowdAt(callback: string, length: number) {
  const { pathname, search } = new URL(callback)
  const head = `GET ${pathname}${search} HTTP/1.1\r\nHost: latch\r\nAccept: application/json\r\n\r\n`
  return Array.from({ length }, () => rawRequest(service.url, head))
}

test('a thousand requests with one code while Slack hangs do not block others', async () => {
  const context = { key: 'crowd' }
  const callback = await service.consent(await service.link({ context }), ADA)
  const release = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  service.slackAnswers.push(async () => {
    asked.resolve()
    await release.promise
    const authed_user = { id: ADA.user, access_token: 'xoxp-crowd' }
    return Response.json({ ok: true, authed_user, team: { id: 'T0ACME0001', name: 'Acme Corp' } })
  })
  const first = service.open(callback)
  await asked.promise
  const crowd = crowdAt(callback, 1100)
  const early: number[] = []
  const enough = Promise.withResolvers<void>()
  for (const one of crowd) {
    void one.then(({ status }) => {
      early.push(status)
      if (early.length === 1000) enough.resolve()
    })
  }
  // All but those who may wait are answered at once: 503 where they are more than the places for
  // requests without a key.
  await enough.promise
  expect(new Set(early).difference(new Set([409, 503]))).toEqual(new Set())
  expect(early).toContain(409)
  expect((await service.api('POST', LINK_PATH, SAMPLE_BODY)).status).toBe(201)
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200)
  release.resolve()
  expect((await first).status).toBe(200)
  const statuses = (await Promise.all(crowd)).map(({ status }) => status)
  expect(new Set(statuses).difference(new Set([200, 409, 503]))).toEqual(new Set())
  expect(statuses).toContain(200)
  expect(await service.endpoints('contextKeys=key:crowd')).toHaveLength(1)
}, 30_000)

test('a crowd with one code leaves others their turn to wait for an outcome', async () => {
  const hanging = async (context: object) => {
    const callback = await service.consent(await service.link({ context }), ADA)
    const release = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    service.slackAnswers.push(async () => {
      asked.resolve()
      await release.promise
      return Response.json({ ok: false, error: 'invalid_code' })
    })
    const first = service.open(callback)
    await asked.promise
    return { callback, first, release }
  }
  const crowded = await hanging({ key: 'crowded' })
  const first = crowdAt(crowded.callback, 300)
  await Promise.race(first)
  const second = crowdAt(crowded.callback, 300)
  await Promise.race(second)
  const other = await hanging({ key: 'other' })
  const reloaded = service.open(other.callback)
  // Once it has been answered, so would have been a reload that may not wait.
  expect((await service.open(other.callback.replace(/code=/, 'code=x'))).status).toBe(400)
  other.release.resolve()
  expect((await other.first).status).toBe(400)
  expect((await reloaded).status).toBe(200)
  crowded.release.resolve()
  await Promise.all([crowded.first, ...first, ...second])
})
