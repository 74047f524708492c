import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { startService } from '../../harness/service.ts'
import { linkedEndpoint } from '../identities/linked.ts'

const service = await startService()
afterAll(() => service.stop())
const PATH = '/v1/channel-endpoints'
const TENANT = '11111111-aaaa-4aaa-8aaa-111111111111'

beforeAll(async () => {
  const { store } = service.deps
  const environmentId = String((await store.environments.first())?.id)
  const integrationOf = async (identifier: string): Promise<string> =>
    String((await store.integrations.findByIdentifier(environmentId, identifier))?.id)
  const inSlack = { environmentId, integrationId: await integrationOf('slack') }
  const teams = { environmentId, integrationId: await integrationOf('msteams') }
  const inTeams = { ...teams, type: 'ms_teams_user', workspaceId: TENANT }
  for (const row of [
    { ...inSlack, chatUserId: 'U1', workspaceId: 'T1' },
    { ...inSlack, chatUserId: 'U2', workspaceId: 'T1' },
    { ...inSlack, chatUserId: 'U1', workspaceId: 'T2' },
    { ...inSlack, chatUserId: 'W3', workspaceId: 'E1', workspaceAlias: 'T3' },
    { ...inSlack, chatUserId: 'U4', workspaceId: null },
    { ...inTeams, chatUserId: 'aa-bb' },
  ]) {
    const identifier = `${row.workspaceId}-${row.chatUserId}`
    const endpoint = { ...row, identifier, subscriberId: 'subscriber-123' }
    await store.commit(linkedEndpoint(service.deps, endpoint))
  }
  // A destination says who nobody is, even if it could be a user's.
  const channel = { type: 'slack_channel', endpoint: { channelId: 'U1' } }
  const owner = { subscriberId: 'subscriber-123', integrationIdentifier: 'slack' }
  await service.api('POST', PATH, { ...channel, ...owner, identifier: 'channel' })
})

describe('a list of endpoints has those', () => {
  const filters: [string, string[]][] = [
    ['workspaceId=T1', ['T1-U1', 'T1-U2']],
    ['workspaceId=T9', []],
    ['userId=U1', ['T1-U1', 'T2-U1']],
    ['userId=U9', []],
    ['workspaceId=T2&userId=U1', ['T2-U1']],
    ['workspaceId=T2&userId=U2', []],
    ['workspaceId=T3&userId=W3', ['E1-W3']],
    ['workspaceId=E1', ['E1-W3']],
    ['userId=U4', ['null-U4']],
    ['workspaceId=T1&userId=U4', []],
    [`workspaceId=${TENANT.toUpperCase()}`, [`${TENANT}-aa-bb`]],
    [`workspaceId=${TENANT.toUpperCase()}&userId=AA-BB`, [`${TENANT}-aa-bb`]],
    ['userId=U1&providerId=msteams', []],
    ['userId=U1&integrationIdentifier=slack&limit=1', ['T2-U1']],
  ]
  for (const [query, identifiers] of filters) {
    test(query, async () => {
      const { status, body } = await service.api('GET', `${PATH}?${query}`)
      expect(status).toBe(200)
      const found = (body as { data: { identifier: string }[] }).data
      expect(found.map(({ identifier }) => identifier).sort()).toEqual(identifiers)
    })
  }

  testCases(service, { method: 'GET', path: PATH }, [
    {
      name: 'no user',
      request: { path: `${PATH}?userId=` },
      ...refusedField('userId', 'userId should not be empty'),
    },
    {
      name: 'no workspace',
      request: { path: `${PATH}?workspaceId=` },
      ...refusedField('workspaceId', 'workspaceId should not be empty'),
    },
  ])
})
