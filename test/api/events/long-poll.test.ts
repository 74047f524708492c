import { afterAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { commit } from '../../../src/domain/commit.ts'
import { revokeKey } from '../../../src/domain/environments/keys.ts'
import { startHranaServer } from '../../harness/hrana-server.ts'
import { API_KEY, startService } from '../../harness/service.ts'
import { tempDir } from '../../harness/temp-dir.ts'
import { endOf, listEvents, tell } from './events.ts'

const service = await startService()
afterAll(() => service.stop())

describe('a request that waits for an event', () => {
  const timed = async (asking: Promise<unknown>): Promise<number> => {
    const startedMs = performance.now()
    await asking
    return performance.now() - startedMs
  }

  test('is answered at once if there is one, otherwise as soon as there is one', async () => {
    const after = await endOf(service)
    const waiting = listEvents(service, `after=${after}&wait=25`)
    await Bun.sleep(100)
    const ms = await timed(tell(service, 'soon').then(() => waiting))
    expect(ms).toBeLessThan(2000)
    expect((await waiting).data).toMatchObject([{ subject: 'environment:soon' }])
    expect(await timed(listEvents(service, `after=${after}&wait=25`))).toBeLessThan(2000)
  })

  test('waits no longer than requested, and only for events that match', async () => {
    const after = await endOf(service)
    const waiting = listEvents(service, `after=${after}&wait=1&types=link.failed`)
    await tell(service, 'other')
    expect(await timed(waiting)).toBeGreaterThan(700)
    expect(await waiting).toEqual({ data: [], next: after })
  })

  test('can last longer than the idle timeout', async () => {
    const after = await endOf(service)
    expect(await listEvents(service, `after=${after}&wait=12`)).toEqual({ data: [], next: after })
  })

  test('blocks no other request, and only some of one environment may wait', async () => {
    const after = await endOf(service)
    const waiting = Array.from({ length: 20 }, () => listEvents(service, `after=${after}&wait=25`))
    await Bun.sleep(300)
    const { status, headers } = await service.api('GET', `/v1/events?after=${after}&wait=25`)
    expect([status, headers.get('retry-after')]).toEqual([429, '1'])
    expect((await service.api('GET', `/v1/events?after=${after}`)).status).toBe(200)
    await tell(service, 'all')
    for (const { data } of await Promise.all(waiting)) expect(data).toHaveLength(1)
    // Whoever has been answered waits no more.
    await tell(service, 'again')
    expect((await listEvents(service, `after=${after}&wait=25`)).data).toHaveLength(2)
  })

  test('ends if the client disconnects', async () => {
    const after = await endOf(service)
    for (let round = 0; round < 3; round += 1) {
      const clients = Array.from({ length: 20 }, async () => {
        const signal = AbortSignal.timeout(200)
        const headers = { authorization: `ApiKey ${API_KEY}` }
        const url = `${service.url}/v1/events?after=${after}&wait=25`
        return (await fetch(url, { headers, signal }).catch(() => null))?.status ?? 'gone'
      })
      expect(new Set(await Promise.all(clients))).toEqual(new Set(['gone']))
      await Bun.sleep(200)
    }
  })

  test('is refused as soon as its key is revoked, and told of nothing that comes later', async () => {
    const key = await service.addKey({ permissions: ['read'] })
    const after = await endOf(service)
    const headers = { authorization: `ApiKey ${key}` }
    const ask = (query: string) =>
      fetch(`${service.url}/v1/events?after=${after}&wait=25${query}`, { headers })
    const waiting = [ask(''), ask('&types=link.failed')]
    await Bun.sleep(100)
    const environmentId = String((await service.deps.store.environments.first())?.id)
    const [last] = (await service.deps.store.apiKeys.list(environmentId)).slice(-1)
    await commit(service.deps, { kind: 'command', id: 'test' }, () =>
      revokeKey(service.deps, environmentId, String(last?.id)),
    )
    for (const { status } of await Promise.all(waiting)) expect(status).toBe(401)
  })

  test('is answered when latch stops', async () => {
    const other = await startService()
    const waiting = listEvents(other, `after=${await endOf(other)}&wait=25`)
    await Bun.sleep(100)
    expect(await timed(other.stop())).toBeLessThan(5000)
    expect((await waiting).data).toEqual([])
  })
})

test('an event of one process is returned by another within a second', async () => {
  const server = startHranaServer(join(tempDir(), 'server.db'), 'sesame')
  const environment = {
    LATCH_DATABASE_URL: server.url,
    LATCH_DATABASE_AUTH_TOKEN: 'sesame',
    LATCH_SECRET_KEY: 'cd'.repeat(32),
  }
  const one = await startService(environment)
  const two = await startService(environment)
  const waiting = listEvents(two, `after=${await endOf(two)}&wait=25`)
  await Bun.sleep(100)
  await tell(one, 'here')
  const startedMs = performance.now()
  expect((await waiting).data).toMatchObject([{ subject: 'environment:here' }])
  expect(performance.now() - startedMs).toBeLessThan(1000)
  await Promise.all([one.stop(), two.stop()])
  await server.stop()
})
