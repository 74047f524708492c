import { afterAll, describe, expect, test } from 'bun:test'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const get = (path: string) => service.open(service.url + path, {})

describe('a service that is well', () => {
  test('says so, alive and ready', async () => {
    expect((await get('/healthz')).body).toEqual({ status: 'ok' })
    expect((await get('/readyz')).body).toEqual({ status: 'ready' })
  })

  test('says so in Novu’s form', async () => {
    const { status, body } = await get('/v1/health-check')
    expect([status, body]).toMatchObject([
      200,
      {
        status: 'ok',
        info: { database: { status: 'up' }, apiVersion: { status: 'up', version: '0.1.0' } },
        error: {},
        details: { database: { status: 'up' } },
      },
    ])
  })

  test('writes once a second at most, however often it is asked', async () => {
    const { metadata } = service.deps.store
    const proveWritable = metadata.proveWritable.bind(metadata)
    let writes = 0
    metadata.proveWritable = () => {
      writes += 1
      return proveWritable()
    }
    service.advance(1001)
    await Promise.all(Array.from({ length: 50 }, () => get('/readyz')))
    expect(writes).toBe(1)
    service.advance(1001)
    await get('/readyz')
    expect(writes).toBe(2)
    metadata.proveWritable = proveWritable
  })
})

test('a database that cannot be written to makes it unready, and well again when it can', async () => {
  const { metadata } = service.deps.store
  const proveWritable = metadata.proveWritable.bind(metadata)
  metadata.proveWritable = () => Promise.reject(new Error('SQLITE_FULL'))
  service.advance(1001)
  const full = await get('/readyz')
  expect([full.status, full.body]).toEqual([
    503,
    { status: 'unavailable', reason: 'the database cannot be written to' },
  ])
  expect(full.headers.get('retry-after')).toBe('1')
  const novu = await get('/v1/health-check')
  expect([novu.status, novu.body]).toMatchObject([
    503,
    { status: 'error', error: { database: { status: 'down' } } },
  ])
  expect((await get('/healthz')).status).toBe(200)
  metadata.proveWritable = proveWritable
  service.advance(1001)
  expect((await get('/readyz')).status).toBe(200)
})

test('told to stop, it is unready first, and answers everything else until the delay is over', async () => {
  const stopping = await startService({ LATCH_SHUTDOWN_DELAY_MS: '400' })
  const stopped = stopping.stop()
  let ready = await stopping.open(`${stopping.url}/readyz`, {})
  // The harness looks at the events before it stops the service.
  while (ready.status === 200) ready = await stopping.open(`${stopping.url}/readyz`, {})
  expect([ready.status, ready.body]).toEqual([
    503,
    { status: 'unavailable', reason: 'shutting down' },
  ])
  expect((await stopping.api('GET', '/v1/channel-endpoints')).status).toBe(200)
  await stopped
  expect(fetch(`${stopping.url}/healthz`)).rejects.toThrow()
})
