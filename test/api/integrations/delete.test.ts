import { afterAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

const PATH = '/v1/integrations'
const made = await service.api('POST', PATH, {
  providerId: 'slack',
  channel: 'chat',
  identifier: 'doomed',
  credentials: { clientId: '1000000000009.8', secretKey: 'very-secret' },
})
const { _id: id } = made.body as { _id: string }
const owned = { subscriberId: SANDBOX.subscriberId, integrationIdentifier: 'doomed' }
await service.api('POST', '/v1/channel-connections', {
  ...owned,
  identifier: 'doomed',
  workspace: { id: 'T0DOOMED01' },
  auth: { accessToken: 'xoxb-doomed' },
})
await service.api('POST', '/v1/channel-endpoints', {
  ...owned,
  identifier: 'doomed',
  type: 'slack_user',
  endpoint: { userId: 'U0DOOMED01' },
})
const statuses = (): Promise<number[]> =>
  Promise.all(
    ['channel-connections', 'channel-endpoints'].map(
      async (kind) => (await service.api('GET', `/v1/${kind}/doomed`)).status,
    ),
  )

const unknown = 'a'.repeat(24)
const notFound = (of: string) => ({
  status: 404,
  code: 'integration_not_found',
  contains: { message: `Entity with id ${of} not found` },
  lacks: ['doomed', 'very-secret'],
})

describe('DELETE /v1/integrations/{integrationId}', () => {
  testCases(service, { method: 'DELETE', path: `${PATH}/${id}` }, [
    {
      name: 'the integration of another environment',
      request: { key: other.apiKey },
      ...notFound(id),
    },
    {
      name: 'an unknown id',
      request: { path: `${PATH}/${unknown}` },
      ...notFound(unknown),
    },
    {
      name: 'an identifier in place of the id',
      request: { path: `${PATH}/doomed` },
      ...refusedField('integrationId', 'integrationId must be a mongodb id'),
    },
  ])

  test('deletes nothing in any of these cases', async () => {
    expect(await statuses()).toEqual([200, 200])
  })

  testCases(service, { method: 'DELETE', path: `${PATH}/${id}` }, [
    {
      name: 'an integration, and returns the remaining ones without their credentials',
      status: 200,
      contains: [
        { data: [{ identifier: 'msteams' }, { identifier: 'slack' }] },
        '"credentials":{}',
      ],
      lacks: ['doomed', SANDBOX.clientSecret, SANDBOX.msteams.clientSecret],
    },
    { name: 'a deleted integration', ...notFound(id) },
  ])

  test('deletes its connections and endpoints with it', async () => {
    expect(await statuses()).toEqual([404, 404])
  })
})
