import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Deps } from '../../../src/deps.ts'
import { commit } from '../../../src/domain/commit.ts'
import { accept } from '../../../src/domain/decision.ts'
import { EVENTS } from '../../../src/domain/events/registry.ts'
import { startHranaServer } from '../../harness/hrana-server.ts'
import { API_KEY, startService, type TestService } from '../../harness/service.ts'
import { tempDir } from '../../harness/temp-dir.ts'

let service: TestService
beforeAll(async () => {
  service = await startService()
})
afterAll(async () => {
  await service.stop()
})

type List = { data: { id: string; type: string; subject: string }[]; next: string }

const list = async (query: string, of = service): Promise<List> =>
  (await of.api('GET', `/v1/events?${query}`)).body as List

/** The `next` after all that has happened. */
async function end(of = service): Promise<string> {
  for (let next = 'evt_0'; ; ) {
    const page = await list(`limit=100&after=${next}`, of)
    if (page.data.length === 0) return page.next
    next = page.next
  }
}

/** Lets something happen in the first environment. */
async function tell(name: string, deps: Deps = service.deps): Promise<void> {
  const environmentId = String((await deps.store.environments.first())?.id)
  await commit(deps, { kind: 'command', id: 'test' }, () =>
    accept(null, {
      events: [
        { type: 'environment.created', environmentId, subjectId: name, data: { name } },
        { type: 'environment.created', environmentId: 'other', subjectId: name, data: { name } },
      ],
    }),
  )
}

describe('events', () => {
  test('are listed from where one has read to, each in its form', async () => {
    const after = await end()
    await tell('a')
    await tell('b')
    await tell('c')
    const first = await list(`after=${after}&limit=2`)
    expect(first.data).toEqual([
      {
        id: expect.stringMatching(/^evt_\d+$/),
        type: 'environment.created',
        createdAt: expect.stringMatching(/^20.*Z$/),
        subject: 'environment:a',
        actor: 'command:test',
        subscriberId: null,
        linkId: null,
        reason: null,
        data: { name: 'a' },
        personal: null,
      },
      expect.objectContaining({ subject: 'environment:b' }),
    ])
    expect(first.next).toBe(String(first.data[1]?.id))
    const second = await list(`after=${first.next}`)
    expect(second.data.map(({ subject }) => subject)).toEqual(['environment:c'])
    expect(await list(`after=${second.next}`)).toEqual({ data: [], next: second.next })
  })

  test('are filtered, and a filter that is unknown or malformed is refused', async () => {
    const after = await end()
    await tell('x')
    const found = async (query: string) =>
      (await list(`after=${after}&${query}`)).data.map(({ subject }) => subject)
    expect(await found('types=environment.created,link.failed')).toEqual(['environment:x'])
    expect(await found('types=environment.created&types=link.failed')).toEqual(['environment:x'])
    expect(await found('types=link.failed')).toEqual([])
    expect(await found('subject=environment:x')).toEqual(['environment:x'])
    expect(await found('subject=environment:y')).toEqual([])
    expect(await found('subscriberId=nobody')).toEqual([])
    expect(await found('since=2020-01-01')).toEqual(['environment:x'])
    expect(await found('since=2999-01-01T00:00:00%2B01:00&limit=1.0')).toEqual([])
    const wrong = ['after=42', 'types=link.filed', 'subject=x', 'since=now', 'limit=0', 'wait=26']
    for (const query of [...wrong, 'since=2026-99-99', 'before=evt_3', 'actor=me']) {
      const { status, body } = await service.api('GET', `/v1/events?${query}`)
      expect([query, status]).toEqual([query, 422])
      expect(body).toMatchObject({ errors: { [String(query.split('=')[0])]: {} } })
    }
  })

  test('are for keys that may read', async () => {
    const links = await service.addKey({ permission: 'links' })
    const read = await service.addKey({ permission: 'read' })
    const statusWith = async (key: string): Promise<number> =>
      (await service.api('GET', '/v1/events', undefined, { authorization: `ApiKey ${key}` })).status
    expect([await statusWith(links), await statusWith(read)]).toEqual([403, 200])
  })

  test('are described, each type by its own schema', async () => {
    const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
      components: { schemas: Record<string, Record<string, unknown>> }
    }
    const { schemas } = document.components
    const { properties } = schemas['ListEventsResponseDto'] as {
      properties: { data: { items: { oneOf: { $ref: string }[]; discriminator: object } } }
    }
    const { oneOf, discriminator } = properties.data.items
    expect(discriminator).toEqual({ propertyName: 'type' })
    expect(oneOf).toHaveLength(EVENTS.size)
    expect(schemas['EndpointLinkedEvent']).toMatchObject({
      properties: { type: { const: 'endpoint.linked' } },
    })
  })
})

describe('a request that waits for an event', () => {
  const timed = async (asking: Promise<unknown>): Promise<number> => {
    const startedMs = performance.now()
    await asking
    return performance.now() - startedMs
  }

  test('is answered at once where there is one, and as soon as there is', async () => {
    const after = await end()
    const waiting = list(`after=${after}&wait=25`)
    await Bun.sleep(100)
    const ms = await timed(tell('soon').then(() => waiting))
    expect(ms).toBeLessThan(2000)
    expect((await waiting).data).toMatchObject([{ subject: 'environment:soon' }])
    expect(await timed(list(`after=${after}&wait=25`))).toBeLessThan(2000)
  })

  test('waits no longer than it asked for, and for nothing that it did not ask for', async () => {
    const after = await end()
    const waiting = list(`after=${after}&wait=1&types=link.failed`)
    await tell('other')
    expect(await timed(waiting)).toBeGreaterThan(700)
    expect(await waiting).toEqual({ data: [], next: after })
  })

  test('outlives the time after which a silent connection is closed', async () => {
    const after = await end()
    expect(await list(`after=${after}&wait=12`)).toEqual({ data: [], next: after })
  })

  test('holds no place of others, and of one environment only some may wait', async () => {
    const after = await end()
    const waiting = Array.from({ length: 20 }, () => list(`after=${after}&wait=25`))
    await Bun.sleep(300)
    const { status, headers } = await service.api('GET', `/v1/events?after=${after}&wait=25`)
    expect([status, headers.get('retry-after')]).toEqual([429, '1'])
    expect((await service.api('GET', `/v1/events?after=${after}`)).status).toBe(200)
    await tell('all')
    for (const { data } of await Promise.all(waiting)) expect(data).toHaveLength(1)
    // Whoever has been answered waits no more.
    await tell('again')
    expect((await list(`after=${after}&wait=25`)).data).toHaveLength(2)
  })

  test('is given up where the client goes away', async () => {
    const after = await end()
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

  test('is answered when latch stops', async () => {
    const other = await startService()
    const waiting = list(`after=${await end(other)}&wait=25`, other)
    await Bun.sleep(100)
    expect(await timed(other.stop())).toBeLessThan(5000)
    expect((await waiting).data).toEqual([])
  })
})

test('what one process writes the other tells within a second', async () => {
  const server = startHranaServer(join(tempDir(), 'server.db'), 'sesame')
  const environment = {
    LATCH_DATABASE_URL: server.url,
    LATCH_DATABASE_AUTH_TOKEN: 'sesame',
    LATCH_SECRET_KEY: 'cd'.repeat(32),
  }
  const one = await startService(environment)
  const two = await startService(environment)
  const waiting = list(`after=${await end(two)}&wait=25`, two)
  await Bun.sleep(100)
  await tell('here', one.deps)
  const startedMs = performance.now()
  expect((await waiting).data).toMatchObject([{ subject: 'environment:here' }])
  expect(performance.now() - startedMs).toBeLessThan(1000)
  await Promise.all([one.stop(), two.stop()])
  await server.stop()
})
