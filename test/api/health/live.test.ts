import { afterAll, describe, expect, test } from 'bun:test'
import { testCases } from '../../harness/cases.ts'
import { startService } from '../../harness/service.ts'
import { startFullService } from './states.ts'

const service = await startService()
const full = await startFullService()
afterAll(() => Promise.all([service.stop(), full.stop()]))

describe('GET /healthz', () => {
  const asked = { method: 'GET', path: '/healthz', key: null }
  testCases(service, asked, [
    { name: 'a process that is alive', status: 200, contains: '{"status":"ok"}' },
    { name: 'with any API key', request: { key: 'guess' }, status: 200 },
  ])
  testCases(full, asked, [
    {
      name: 'also where the database cannot be written to',
      status: 200,
      contains: '{"status":"ok"}',
    },
  ])

  test('stops responding with the process', async () => {
    const stopped = await startService()
    await stopped.stop()
    const answer = await fetch(`${stopped.url}/healthz`).then(String, () => 'nobody listens')
    expect(answer).toBe('nobody listens')
  })
})
