import { afterAll, expect, test } from 'bun:test'
import { startService } from '../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

test('405 lists the allowed methods, and 404 names the path', async () => {
  const wrongMethod = await service.api('DELETE', '/v1/channel-endpoints')
  expect(wrongMethod.status).toBe(405)
  expect(wrongMethod.headers.get('allow')).toBe('GET, HEAD, POST')
  const nowhere = await service.api('GET', '/v1/nowhere?x=1')
  expect(nowhere.status).toBe(404)
  expect(nowhere.body).toMatchObject({ message: 'Cannot GET /v1/nowhere?x=1' })
})
