import { afterAll, expect, test } from 'bun:test'
import { addEnvironment } from '../harness/other-environment.ts'
import { startService } from '../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

test('no route gives an environment access to another’s data', async () => {
  const { apiKey } = await addEnvironment(service)
  const other = { authorization: `ApiKey ${apiKey}` }
  // One of everything, in the first environment.
  const owned = { subscriberId: 'subscriber-123', integrationIdentifier: 'slack' }
  await service.api('POST', '/v1/channel-endpoints', {
    ...owned,
    type: 'slack_user',
    endpoint: { userId: 'U' },
    identifier: 'chendp_abc123',
  })
  await service.api('POST', '/v2/contexts', { type: 'tenant', id: 'org-acme' })
  const { body } = await service.api('GET', '/v1/integrations')
  const integrationId = String((body as { data: { _id: string }[] }).data[0]?._id)

  const { body: document } = await service.open(`${service.url}/openapi.json`)
  const { paths } = document as {
    paths: Record<
      string,
      Record<
        string,
        {
          operationId: string
          requestBody?: { content: Record<string, { example?: unknown }> }
          parameters: { in: string; name: string; schema: { examples?: string[] } }[]
        }
      >
    >
  }
  const seen: string[] = []
  for (const [template, methods] of Object.entries(paths)) {
    for (const [method, { operationId, requestBody, parameters }] of Object.entries(methods)) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path')
      if (inPath.length === 0) continue
      const path = inPath.reduce((at, { name, schema }) => {
        const value = name === 'integrationId' ? integrationId : String(schema.examples?.[0])
        return at.replace(`{${name}}`, value)
      }, template)
      const example = requestBody?.content['application/json']?.example
      const sent = example ?? (method === 'post' ? {} : undefined)
      const answer = await service.api(method.toUpperCase(), path, sent, other)
      seen.push(`${operationId} ${answer.status}`)
    }
  }
  expect(seen.length).toBeGreaterThan(15)
  expect(seen.filter((line) => !line.endsWith(' 404'))).toEqual([])

  // By a body, too; and lists are empty.
  const link = await service.api('POST', '/v1/integrations/channel-endpoints/oauth', owned, other)
  expect(link.status).toBe(404)
  for (const path of [
    '/v1/channel-endpoints',
    '/v1/channel-connections',
    '/v1/integrations',
    '/v1/integrations/active',
    '/v2/subscribers',
    '/v2/contexts',
  ]) {
    const list = await service.api('GET', path, undefined, other)
    expect([path, list.body]).toMatchObject([path, { data: [] }])
  }
  // And all of it is still there for its own.
  expect((await service.api('GET', '/v1/channel-endpoints/chendp_abc123')).status).toBe(200)
  expect((await service.api('GET', '/v2/contexts/tenant/org-acme')).status).toBe(200)
})
