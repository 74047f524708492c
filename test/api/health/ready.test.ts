import { afterAll, describe, expect, test } from 'bun:test'
import { testCases } from '../../harness/cases.ts'
import { startService } from '../../harness/service.ts'
import { INTERNAL, startFullService } from './states.ts'

const service = await startService()
const full = await startFullService()
afterAll(() => Promise.all([service.stop(), full.stop()]))

const asked = { method: 'GET', path: '/readyz', key: null }
const ready = {
  status: 200,
  contains: '{"status":"ready"}',
  headers: { 'cache-control': 'no-store', 'retry-after': null },
}
const unready = (reason: string) => ({
  status: 503,
  contains: { status: 'unavailable', reason },
  lacks: INTERNAL,
  headers: { 'cache-control': 'no-store', 'retry-after': '1' },
})

describe('GET /readyz', () => {
  testCases(service, asked, [
    { name: 'a service that is ready', ...ready },
    { name: 'with any API key', request: { key: 'guess' }, ...ready },
  ])
  testCases(full, asked, [
    {
      name: 'a database that cannot be written to',
      ...unready('the database cannot be written to'),
    },
    {
      name: 'a database that can be written to again',
      before: async () => {
        full.recover()
        return {}
      },
      ...ready,
    },
  ])

  test('writes at most once a second, however often it is requested', async () => {
    const { metadata } = service.deps.store
    const proveWritable = metadata.proveWritable.bind(metadata)
    let writes = 0
    metadata.proveWritable = () => {
      writes += 1
      return proveWritable()
    }
    const get = () => service.api('GET', '/readyz')
    service.advance(1001)
    await Promise.all(Array.from({ length: 50 }, get))
    expect(writes).toBe(1)
    service.advance(1001)
    await get()
    expect(writes).toBe(2)
    metadata.proveWritable = proveWritable
  })

  test('fails as soon as latch receives SIGTERM, while other requests are still answered', async () => {
    const stopping = await startService({ LATCH_SHUTDOWN_DELAY_MS: '400' })
    const stopped = stopping.stop()
    let answer = await stopping.api('GET', '/readyz')
    // The harness looks at the events before it stops the service.
    while (answer.status === 200) answer = await stopping.api('GET', '/readyz')
    expect([answer.status, answer.body]).toEqual([
      503,
      { status: 'unavailable', reason: 'shutting down' },
    ])
    expect((await stopping.api('GET', '/v1/channel-endpoints')).status).toBe(200)
    await stopped
  })
})
