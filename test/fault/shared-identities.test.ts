import { describe, expect, test } from 'bun:test'
import { API_KEY, startService } from '../harness/service.ts'
import { environmentOf, own, startServer, startTwo, stopAll } from '../harness/two-processes.ts'

describe('two processes that share a libSQL server', () => {
  // Who was linked or unlinked at another process must not be answered as before for long.
  test('see within a second who is linked, and who is linked no more', async () => {
    const both = await startTwo()
    const { one, two } = both
    const headers = { authorization: `ApiKey ${API_KEY}` }
    const path = '/v1/identities/slack/T0ACME0001/U0ADA00001'
    const status = async (): Promise<number> => (await fetch(own(two) + path, { headers })).status
    const changesWithinMs = async (to: number): Promise<number> => {
      const startedMs = performance.now()
      while ((await status()) !== to && performance.now() - startedMs < 3000) await Bun.sleep(10)
      return performance.now() - startedMs
    }
    expect(await status()).toBe(404)
    for (let round = 0; round < 2; round += 1) {
      await one.open(await one.consent(await one.link()))
      expect((await one.api('GET', path)).status).toBe(200)
      expect(await changesWithinMs(200)).toBeLessThan(1100)
      const [endpoint] = await one.endpoints()
      await one.api('DELETE', `/v1/channel-endpoints/${endpoint?.['identifier']}`)
      expect((await one.api('GET', path)).status).toBe(404)
      expect(await changesWithinMs(404)).toBeLessThan(1100)
    }
    await stopAll(both)
  })
})

describe('a libSQL server that fails', () => {
  for (const behaviour of ['unwell', 'hang'] as const) {
    test(`(${behaviour}) makes nobody "not linked"`, async () => {
      const server = startServer()
      const service = await startService(environmentOf(server))
      await service.open(await service.consent(await service.link()))
      const path = (user: string) => `/v1/identities/slack/T0ACME0001/${user}`
      const known = { providerId: 'slack', workspaceId: 'T0ACME0001', userId: 'U0ADA00001' }
      const unknown = { ...known, userId: 'U0NOBODY' }
      expect((await service.api('GET', path('U0ADA00001'))).status).toBe(200)
      expect((await service.api('GET', path('U0NOBODY'))).status).toBe(404)
      // Until what it remembers is too old.
      await Bun.sleep(1100)
      server.behave(behaviour)
      const answers = await Promise.all([
        service.api('GET', path('U0ADA00001')),
        service.api('GET', path('U0NOBODY')),
        service.api('POST', '/v1/identities/resolve', { identities: [unknown, known] }),
      ])
      for (const { status, headers } of answers) {
        expect([status, headers.get('retry-after')]).toEqual([503, '1'])
      }
      server.behave('well')
      for (const [user, expected] of [
        ['U0ADA00001', 200],
        ['U0NOBODY', 404],
      ] as const) {
        const statuses = [503]
        const untilMs = performance.now() + 5000
        while (statuses.at(-1) === 503 && performance.now() < untilMs) {
          statuses.push((await service.api('GET', path(user))).status)
          await Bun.sleep(20)
        }
        // Nothing else in between.
        expect([user, statuses.at(-1)]).toEqual([user, expected])
      }
      await service.stop()
      await server.stop()
    }, 30_000)
  }
})
