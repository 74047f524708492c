import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { expectAnswer, refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { SAMPLE_BODY, startService } from '../../harness/service.ts'
import { linkedEndpoint } from './linked.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

const TENANT = '11111111-aaaa-4aaa-8aaa-111111111111'
const OBJECT = '22222222-bbbb-4bbb-8bbb-222222222222'
const at = (provider: string, workspace: string, user: string): string =>
  `/v1/identities/${provider}/${workspace}/${user}`
const slack = (workspace: string, user: string): string => at('slack', workspace, user)
const notLinked = { status: 404, code: 'not_linked' }

beforeAll(async () => {
  const { store } = service.deps
  const environmentId = String((await store.environments.first())?.id)
  const integrationOf = async (identifier: string): Promise<string> =>
    String((await store.integrations.findByIdentifier(environmentId, identifier))?.id)
  for (const subscriberId of ['ada', 'grace', 'mary']) {
    await service.api('POST', '/v2/subscribers', { subscriberId })
  }
  const second = { providerId: 'slack', channel: 'chat', identifier: 'second', active: true }
  await service.api('POST', '/v1/integrations', { ...second, credentials: {} })
  const [first, another, teams] = await Promise.all(
    ['slack', 'second', 'msteams'].map(integrationOf),
  )
  const inSlack = { environmentId, integrationId: String(first) }
  const inSecond = { environmentId, integrationId: String(another) }
  const inTeams = { environmentId, integrationId: String(teams), type: 'ms_teams_user' }
  const rows = [
    { ...inSlack, subscriberId: 'ada', workspaceId: 'T1', chatUserId: 'U1' },
    // The same user id in another workspace is another person.
    { ...inSlack, subscriberId: 'grace', workspaceId: 'T2', chatUserId: 'U1' },
    // Somebody without a known workspace.
    { ...inSlack, subscriberId: 'mary', workspaceId: null, chatUserId: 'U2' },
    // Enterprise Grid.
    {
      ...inSlack,
      subscriberId: 'ada',
      workspaceId: 'E1',
      workspaceAlias: 'T3',
      chatUserId: 'W3',
    },
    // Several integrations and contexts, each with a subscriber of its own.
    { ...inSlack, subscriberId: 'ada', workspaceId: 'T1', chatUserId: 'U4' },
    {
      ...inSlack,
      subscriberId: 'grace',
      workspaceId: 'T1',
      chatUserId: 'U4',
      contextKeys: ['region:us', 'tenant:acme'],
    },
    { ...inSecond, subscriberId: 'mary', workspaceId: 'T1', chatUserId: 'U4' },
    // One subscriber through two connections.
    { ...inSlack, subscriberId: 'ada', workspaceId: 'T1', chatUserId: 'U5' },
    {
      ...inSlack,
      subscriberId: 'ada',
      workspaceId: 'T1',
      chatUserId: 'U5',
      connectionIdentifier: 'later',
      updatedAtMs: Date.now() + 60_000,
    },
    // Two subscribers of the same contexts, as an older version allowed.
    { ...inSlack, subscriberId: 'ada', workspaceId: 'T1', chatUserId: 'U6' },
    { ...inSlack, subscriberId: 'grace', workspaceId: 'T1', chatUserId: 'U6' },
    { ...inSecond, subscriberId: 'mary', workspaceId: 'T1', chatUserId: 'U6' },
    { ...inTeams, subscriberId: 'ada', workspaceId: TENANT, chatUserId: OBJECT },
  ]
  for (const row of rows) await store.commit(linkedEndpoint(service.deps, row))
})

describe('GET /v1/identities/{providerId}/{workspaceId}/{userId}', () => {
  testCases(service, { method: 'GET', path: slack('T1', 'U1') }, [
    {
      name: 'the subscriber of a chat user',
      status: 200,
      contains: {
        data: [
          {
            subscriberId: 'ada',
            integrationIdentifier: 'slack',
            contextKeys: [],
            connectionIdentifier: /^chconn_/,
            endpointIdentifier: /^chendp_/,
            linkedAt: /^20.*Z$/,
          },
        ],
      },
      lacks: ['grace', 'environment'],
      headers: { 'content-type': 'application/json;charset=utf-8' },
    },
    {
      name: 'another one, for the same user id in another workspace',
      request: { path: slack('T2', 'U1') },
      status: 200,
      contains: { data: [{ subscriberId: 'grace' }] },
      lacks: 'ada',
    },
    { name: 'a user id in a third', request: { path: slack('T3', 'U1') }, ...notLinked },
    { name: 'a user whom nobody knows', request: { path: slack('T1', 'U9') }, ...notLinked },
    {
      name: 'somebody whose workspace is not known, in none',
      request: { path: slack('T1', 'U2') },
      ...notLinked,
    },
    { name: 'at another provider', request: { path: at('msteams', 'T1', 'U1') }, ...notLinked },
    { name: 'in another environment', request: { key: other.apiKey }, ...notLinked },
    {
      name: 'a user of Enterprise Grid, by the organisation',
      request: { path: slack('E1', 'W3') },
      status: 200,
      contains: { data: [{ subscriberId: 'ada' }] },
    },
    {
      name: 'a user of Enterprise Grid, by the workspace through which they were linked',
      request: { path: slack('T3', 'W3') },
      status: 200,
      contains: { data: [{ subscriberId: 'ada' }] },
    },
    { name: 'but not by another one', request: { path: slack('T1', 'W3') }, ...notLinked },
    {
      name: 'a user of Entra, however their ids are spelt',
      request: { path: at('msteams', TENANT.toUpperCase(), OBJECT.toUpperCase()) },
      status: 200,
      contains: { data: [{ subscriberId: 'ada', integrationIdentifier: 'msteams' }] },
    },
    {
      name: 'one for each integration and set of contexts',
      request: { path: slack('T1', 'U4') },
      status: 200,
      contains: {
        data: [
          { subscriberId: 'ada', integrationIdentifier: 'slack', contextKeys: [] },
          {
            subscriberId: 'grace',
            integrationIdentifier: 'slack',
            contextKeys: ['region:us', 'tenant:acme'],
          },
          { subscriberId: 'mary', integrationIdentifier: 'second', contextKeys: [] },
        ],
      },
    },
    {
      name: 'those of one integration',
      request: { path: `${slack('T1', 'U4')}?integrationIdentifier=second` },
      status: 200,
      contains: { data: [{ subscriberId: 'mary' }] },
      lacks: ['ada', 'grace'],
    },
    {
      name: 'the one of an integration and a set of contexts, in any order',
      request: {
        path: `${slack('T1', 'U4')}?integrationIdentifier=slack&contextKeys=tenant:acme&contextKeys=region:us`,
      },
      status: 200,
      contains: { data: [{ subscriberId: 'grace' }] },
      lacks: ['ada', 'mary'],
    },
    {
      name: 'the one without contexts',
      request: { path: `${slack('T1', 'U4')}?integrationIdentifier=slack&contextKeys=` },
      status: 200,
      contains: { data: [{ subscriberId: 'ada' }] },
      lacks: ['grace', 'mary'],
    },
    {
      name: 'not for a part of their contexts',
      request: { path: `${slack('T1', 'U4')}?contextKeys=tenant:acme` },
      ...notLinked,
    },
    {
      name: 'not through another integration',
      request: { path: `${slack('T1', 'U1')}?integrationIdentifier=second` },
      ...notLinked,
    },
    {
      name: 'a subscriber who is linked twice, once',
      request: { path: slack('T1', 'U5') },
      status: 200,
      contains: { data: [{ subscriberId: 'ada', connectionIdentifier: 'later' }] },
      lacks: 'chconn_',
    },
    {
      name: 'nobody of several, never the first',
      request: { path: slack('T1', 'U6') },
      status: 409,
      code: 'ambiguous_identity',
      contains: /chendp_\w+, chendp_\w+/,
      lacks: ['ada', 'grace', 'mary'],
    },
    {
      name: 'unless it is narrowed to where there is one',
      request: { path: `${slack('T1', 'U6')}?integrationIdentifier=second` },
      status: 200,
      contains: { data: [{ subscriberId: 'mary' }] },
    },
    {
      name: 'a provider that latch does not have, instead of "not linked"',
      request: { path: at('teams', 'T1', 'U1') },
      ...refusedField(
        'providerId',
        'providerId must be one of the following values: slack, msteams',
      ),
    },
    {
      name: 'an integration that there is not, instead of "not linked"',
      request: { path: `${slack('T1', 'U1')}?integrationIdentifier=slak` },
      ...refusedField(
        'integrationIdentifier',
        'integrationIdentifier must be the identifier of an integration',
      ),
    },
    {
      name: 'a filter that nobody knows',
      request: { path: `${slack('T1', 'U1')}?context=acme` },
      ...refusedField('context', 'property context should not exist'),
    },
    ...['%00', 'U1%00', '%0AU1', `U${'1'.repeat(255)}`].map((userId) => ({
      name: `no user id: ${userId.slice(0, 10)}`,
      request: { path: slack('T1', userId) },
      ...refusedField('userId', 'userId must be 1 to 255 characters, without control characters'),
    })),
  ])
})

describe('a link is seen by the next look-up', () => {
  const path = slack('T0ACME0001', 'U0ADA00001')

  test('when it is made, when it is removed, and when it is made again', async () => {
    for (let round = 0; round < 3; round += 1) {
      // Twice: the second answer comes from the cache.
      for (const _ of [1, 2]) await expectAnswer(service, { method: 'GET', path }, notLinked)
      await service.open(await service.consent(await service.link()))
      for (const _ of [1, 2]) {
        await expectAnswer(
          service,
          { method: 'GET', path },
          { status: 200, contains: { data: [{ subscriberId: SAMPLE_BODY.subscriberId }] } },
        )
      }
      const [endpoint] = await service.endpoints()
      await service.api('DELETE', `/v1/channel-endpoints/${endpoint?.['identifier']}`)
    }
    await expectAnswer(service, { method: 'GET', path }, notLinked)
  })

  test('when a backend asserts it, changes it, or deletes its subscriber', async () => {
    const [before, after] = [slack('T9', 'U7'), slack('T9', 'U8')]
    const connection = { identifier: 'nine', workspace: { id: 'T9' }, auth: { accessToken: 'x' } }
    const endpoint = { identifier: 'nine', type: 'slack_user', endpoint: { userId: 'U7' } }
    const owner = { subscriberId: 'leaver', integrationIdentifier: 'slack' }
    await service.api('POST', '/v2/subscribers', owner)
    await service.api('POST', '/v1/channel-connections', { ...connection, ...owner })
    await expectAnswer(service, { method: 'GET', path: before }, notLinked)
    const named = { ...endpoint, ...owner, connectionIdentifier: 'nine' }
    await service.api('POST', '/v1/channel-endpoints', named)
    const linked = { status: 200, contains: { data: [{ subscriberId: 'leaver' }] } }
    await expectAnswer(service, { method: 'GET', path: before }, linked)
    await expectAnswer(service, { method: 'GET', path: after }, notLinked)
    const body = { endpoint: { userId: 'U8' } }
    await service.api('PATCH', '/v1/channel-endpoints/nine', body)
    await expectAnswer(service, { method: 'GET', path: before }, notLinked)
    await expectAnswer(service, { method: 'GET', path: after }, linked)
    await service.api('DELETE', '/v2/subscribers/leaver')
    await expectAnswer(service, { method: 'GET', path: after }, notLinked)
  })

  // A look-up that began before the change must not keep what it read for those that come after.
  test('however many look-ups are under way meanwhile', async () => {
    const crowd = slack('T8', 'U1')
    const named = { integrationIdentifier: 'slack', subscriberId: 'ada', identifier: 'crowd' }
    const workspace = { workspace: { id: 'T8' }, auth: { accessToken: 'x' } }
    const context = { of: 'crowd' }
    await service.api('POST', '/v1/channel-connections', { ...named, ...workspace, context })
    const endpoint = { type: 'slack_user', endpoint: { userId: 'U1' } }
    const store = { ...named, ...endpoint, connectionIdentifier: 'crowd' }
    for (let round = 0; round < 20; round += 1) {
      let isOver = false
      const asking = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          const { status } = await service.api('GET', crowd)
          if (status !== 200 && status !== 404) throw new Error(`status ${status}`)
        }
      })
      const made = await service.api('POST', '/v1/channel-endpoints', store)
      const after = await service.api('GET', crowd)
      const gone = await service.api('DELETE', '/v1/channel-endpoints/crowd')
      const afterwards = await service.api('GET', crowd)
      isOver = true
      await Promise.all(asking)
      const statuses = [made, after, gone, afterwards].map(({ status }) => status)
      expect(statuses).toEqual([201, 200, 204, 404])
    }
  })
})
