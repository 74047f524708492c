import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { startService } from '../../harness/service.ts'
import { linkedEndpoint } from './linked.ts'

const service = await startService()
afterAll(() => service.stop())
const PATH = '/v1/identities/resolve'
const slack = (userId: string, workspaceId = 'T1') => ({ providerId: 'slack', workspaceId, userId })

beforeAll(async () => {
  const { store } = service.deps
  const environmentId = String((await store.environments.first())?.id)
  const integration = await store.integrations.findByIdentifier(environmentId, 'slack')
  const inSlack = { environmentId, integrationId: String(integration?.id) }
  for (const subscriberId of ['ada', 'grace']) {
    await service.api('POST', '/v2/subscribers', { subscriberId })
  }
  for (const row of [
    { ...inSlack, subscriberId: 'ada', chatUserId: 'U1' },
    { ...inSlack, subscriberId: 'ada', chatUserId: 'U2' },
    { ...inSlack, subscriberId: 'grace', chatUserId: 'U2' },
  ]) {
    await store.commit(linkedEndpoint(service.deps, row))
  }
})

const whole = 'identities must be 1 to 100 chat users, each with providerId, workspaceId and userId'

describe('POST /v1/identities/resolve', () => {
  testCases(service, { method: 'POST', path: PATH }, [
    {
      name: 'a result for each chat user, in order',
      request: { body: { identities: [slack('U9'), slack('U1'), slack('U2'), slack('U1', 'T2')] } },
      status: 200,
      contains: {
        data: [
          { ...slack('U9'), status: 'not_linked', data: [] },
          { ...slack('U1'), status: 'linked', data: [{ subscriberId: 'ada' }] },
          // Of two subscribers, neither.
          { ...slack('U2'), status: 'ambiguous_identity', data: [] },
          { ...slack('U1', 'T2'), status: 'not_linked', data: [] },
        ],
      },
      lacks: 'grace',
    },
    {
      name: 'a hundred chat users',
      request: { body: { identities: Array.from({ length: 100 }, (_, n) => slack(`U${n}`)) } },
      status: 200,
    },
    {
      name: 'more than a hundred',
      request: { body: { identities: Array.from({ length: 101 }, (_, n) => slack(`U${n}`)) } },
      ...refusedField('identities', whole),
    },
    { name: 'none', request: { body: { identities: [] } }, ...refusedField('identities', whole) },
    {
      name: 'a chat user without a workspace',
      request: { body: { identities: [{ providerId: 'slack', userId: 'U1' }] } },
      ...refusedField('identities', whole),
    },
    {
      name: 'a provider that latch does not have',
      request: { body: { identities: [slack('U1'), { ...slack('U1'), providerId: 'teams' }] } },
      ...refusedField(
        'identities',
        'providerId must be one of the following values: slack, msteams',
      ),
    },
  ])

  test('is not replayed: what was true before may be so no more', async () => {
    const headers = { 'idempotency-key': 'again' }
    const ask = async () => {
      const body = { identities: [slack('U3')] }
      const answer = await service.api('POST', PATH, body, headers)
      expect(answer.headers.get('idempotency-replay')).toBeNull()
      return (answer.body as { data: { status: string }[] }).data.map(({ status }) => status)
    }
    expect(await ask()).toEqual(['not_linked'])
    const { store } = service.deps
    const environmentId = String((await store.environments.first())?.id)
    const integration = await store.integrations.findByIdentifier(environmentId, 'slack')
    const row = { environmentId, integrationId: String(integration?.id), subscriberId: 'ada' }
    await store.commit(linkedEndpoint(service.deps, { ...row, chatUserId: 'U3' }))
    expect(await ask()).toEqual(['linked'])
  })
})
