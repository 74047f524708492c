import { afterAll, describe, expect } from 'bun:test'
import { testCases } from '../../harness/cases.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

const { subscriberId, integrationIdentifier, connectionIdentifier } = SANDBOX
const PATH = '/v1/channel-connections'

// The oldest is the one that the sandbox begins with.
for (const body of [
  { identifier: 'own', subscriberId, context: { tenant: 'acme' } },
  { identifier: 'shared', connectionMode: 'shared', context: { tenant: 'acme', region: 'eu' } },
  { identifier: 'teams', subscriberId, integrationIdentifier: 'msteams' },
]) {
  const content = { workspace: { id: 'T0LIST' }, auth: { accessToken: 'xoxb-list' } }
  const made = await service.api('POST', PATH, { integrationIdentifier, ...content, ...body })
  expect(made.status).toBe(201)
}
const ALL = ['teams', 'shared', 'own', connectionIdentifier]

const found = (...identifiers: string[]) => ({
  status: 200,
  contains: { data: identifiers.map((identifier) => ({ identifier })) },
})

describe('GET /v1/channel-connections', () => {
  const filters: [query: string, ...found: string[]][] = [
    ['', ...ALL],
    ['limit=2', 'teams', 'shared'],
    // As clients in Python send it.
    ['limit=2.0', 'teams', 'shared'],
    ['orderDirection=ASC&limit=1', connectionIdentifier],
    [`subscriberId=${subscriberId}`, 'teams', 'own', connectionIdentifier],
    ['subscriberId=nobody'],
    ['integrationIdentifier=msteams', 'teams'],
    ['integrationIdentifier=none'],
    ['providerId=slack', 'shared', 'own', connectionIdentifier],
    ['channel=chat', ...ALL],
    ['channel=email'],
    ['connectionMode=subscriber', 'teams', 'own', connectionIdentifier],
    ['connectionMode=shared', 'shared'],
    ['contextKeys=tenant:acme', 'own'],
    ['contextKeys=tenant:acme&contextKeys=region:eu', 'shared'],
    ['contextKeys=tenant:other'],
    [`subscriberId=${subscriberId}&contextKeys=`, 'teams', connectionIdentifier],
  ]
  const wrong: [query: string, field: string, message: RegExp][] = [
    [`subscriber=${subscriberId}`, 'subscriber', /^property subscriber should not exist$/],
    ['limit=0', 'limit', /^limit must be a whole number from 1 to 100$/],
    ['limit=101', 'limit', /^limit must be a whole number from 1 to 100$/],
    ['connectionMode=both', 'connectionMode', /one of the following values: subscriber, shared/],
    ['orderBy=name', 'orderBy', /one of the following values/],
    ['after=a&before=b', 'after', /^before and after cannot be used together$/],
  ]
  testCases(service, { method: 'GET', path: PATH }, [
    ...filters.map(([query, ...identifiers]) => ({
      name: query === '' ? 'all, the newest first' : query,
      request: { path: `${PATH}?${query}` },
      ...found(...identifiers),
    })),
    {
      name: 'a page, with the cursor of the next one',
      request: { path: `${PATH}?limit=3` },
      status: 200,
      contains: { next: /^[0-9a-f]{24}$/, previous: null, totalCount: 4, totalCountCapped: false },
    },
    {
      name: 'the next page',
      ...found(connectionIdentifier),
      before: async () => {
        const { body } = await service.api('GET', `${PATH}?limit=3`)
        return { path: `${PATH}?after=${(body as { next: string }).next}` }
      },
    },
    ...wrong.map(([query, field, message]) => ({
      name: query,
      request: { path: `${PATH}?${query}` },
      status: 422,
      code: 'validation_failed',
      contains: { errors: { [field]: { messages: [message] } } },
      lacks: 'xoxb-',
    })),
  ])
})
