import { afterAll, beforeAll, describe } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'
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
            verification: 'none',
            verifiedAt: null,
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
