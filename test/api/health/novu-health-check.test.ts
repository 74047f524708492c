import { afterAll, describe } from 'bun:test'
import packageJson from '../../../package.json' with { type: 'json' }
import { testCases } from '../../harness/cases.ts'
import { startService } from '../../harness/service.ts'
import { INTERNAL, startFullService } from './states.ts'

const service = await startService()
const full = await startFullService()
afterAll(() => Promise.all([service.stop(), full.stop()]))

const apiVersion = { status: 'up', version: packageJson.version }

describe('GET /v1/health-check', () => {
  const asked = { method: 'GET', path: '/v1/health-check', key: null }
  testCases(service, asked, [
    {
      name: 'a healthy service, in Novu’s form',
      status: 200,
      contains: [
        {
          status: 'ok',
          info: { database: { status: 'up' }, apiVersion },
          details: { database: { status: 'up' }, apiVersion },
        },
        '"error":{}',
      ],
      headers: { 'cache-control': 'no-store', 'retry-after': null },
    },
  ])
  testCases(full, asked, [
    {
      name: 'a database that cannot be written to, without saying why',
      status: 503,
      contains: {
        status: 'error',
        info: { apiVersion, database: undefined },
        error: { database: { status: 'down', message: 'the database cannot be written to' } },
        details: { database: { status: 'down' }, apiVersion },
      },
      lacks: INTERNAL,
      headers: { 'cache-control': 'no-store', 'retry-after': '1' },
    },
  ])
})
