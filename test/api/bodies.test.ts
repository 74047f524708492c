import { expect, test } from 'bun:test'
import { startService } from '../harness/service.ts'

const service = await startService()

type Description = { paths: Record<string, Record<string, { requestBody?: unknown }>> }

test('every route that accepts a body validates it', async () => {
  const { body } = await service.api('GET', '/openapi.json')
  const operations = Object.entries((body as Description).paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { requestBody }]) => requestBody !== undefined)
      .map(([method]) => ({ method: method.toUpperCase(), path: path.replaceAll(/[{}]/g, '') })),
  )
  expect(operations.length).toBeGreaterThan(10)
  for (const { method, path } of operations) {
    for (const wrong of ['[]', '"text"', '1']) {
      const answer = await service.api(method, path, wrong)
      expect([method, path, wrong, answer.status]).toEqual([method, path, wrong, 422])
    }
  }
})
