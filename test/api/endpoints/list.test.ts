import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)
const PATH = '/v1/channel-endpoints'
const TOTAL = 23

type List = {
  data: { subscriberId: string; contextKeys: string[]; createdAt: string }[]
  next: string | null
  previous: string | null
  totalCount: number
  totalCountCapped: boolean
}

async function list(query: Record<string, string> | string): Promise<List> {
  const { status, body, text } = await service.api('GET', `${PATH}?${new URLSearchParams(query)}`)
  if (status !== 200) throw new Error(text)
  return body as List
}

const idsOf = ({ data }: List): string[] => data.map(({ subscriberId }) => subscriberId)

/** Endpoints of subscribers s00, s01, …, several of them made in the same millisecond. */
beforeAll(async () => {
  const { store, random } = service.deps
  const environment = await store.environments.first()
  const environmentId = String(environment?.id)
  const integration = await store.integrations.findByIdentifier(environmentId, 'slack')
  for (let index = 0; index < TOTAL; index += 1) {
    const subscriberId = `s${String(index).padStart(2, '0')}`
    const nowMs = 1_700_000_000_000 + Math.floor(index / 3)
    // Ids in the order of creation, as in life; the random part would shuffle a millisecond's own.
    const id = String(index).padStart(24, '0')
    const fresh = { id, environmentId, createdAtMs: nowMs, updatedAtMs: 2e12 - nowMs }
    await store.commit([
      store.subscribers.insert({ ...fresh, subscriberId, profile: {} }),
      ...store.endpoints.link({
        ...fresh,
        integrationId: String(integration?.id),
        identifier: `chendp_${random.identifier()}`,
        connectionIdentifier: index < 5 ? 'first' : 'second',
        subscriberId,
        contextKeys: index % 2 === 0 ? [] : ['region:us', 'tenant:acme'],
        type: 'slack_user',
        endpoint: { userId: `U${index}` },
        workspaceId: 'T1',
        workspaceAlias: null,
        chatUserId: `U${index}`,
        verification: 'none',
        verifiedAtMs: null,
      }),
    ])
  }
})

const newestFirst = Array.from({ length: TOTAL }, (_, n) => `s${String(n).padStart(2, '0')}`)
newestFirst.reverse()

describe('a list of endpoints', () => {
  test('shows the newest ten, and how many there are', async () => {
    const page = await list({})
    expect(idsOf(page)).toEqual(newestFirst.slice(0, 10))
    expect(page).toMatchObject({ previous: null, totalCount: TOTAL, totalCountCapped: false })
    expect(page.next).not.toBeNull()
  })

  for (const limit of ['1', '4', '10', '23', '100']) {
    test(`is walked to its end and back, ${limit} at a time`, async () => {
      const forwards: string[][] = []
      let page = await list({ limit })
      forwards.push(idsOf(page))
      while (page.next !== null) {
        page = await list({ limit, after: page.next })
        forwards.push(idsOf(page))
      }
      expect(forwards.flat()).toEqual(newestFirst)

      const backwards = [idsOf(page)]
      while (page.previous !== null) {
        page = await list({ limit, before: page.previous })
        backwards.unshift(idsOf(page))
      }
      expect(backwards.flat()).toEqual(newestFirst)
    })
  }

  test('is ordered as asked', async () => {
    expect(idsOf(await list({ orderDirection: 'ASC', limit: '3' }))).toEqual(['s00', 's01', 's02'])
    const byUpdate = await list({ orderBy: 'updatedAt', limit: '3' })
    expect(idsOf(byUpdate)).toEqual(['s02', 's01', 's00'])
  })

  test('has the cursor itself in the page where that is asked for', async () => {
    const { next } = await list({ limit: '4' })
    const page = await list({ limit: '2', after: String(next), includeCursor: 'true' })
    expect(idsOf(page)).toEqual(newestFirst.slice(3, 5))
  })

  const filters: [string, number][] = [
    ['subscriberId=s07', 1],
    ['subscriberId=nobody', 0],
    ['connectionIdentifier=first', 5],
    ['integrationIdentifier=slack', TOTAL],
    ['integrationIdentifier=other', 0],
    ['providerId=slack&channel=chat', TOTAL],
    ['contextKeys=tenant:acme&contextKeys=region:us', 11],
    ['contextKeys=tenant:acme', 0],
    ['contextKeys=', 12],
  ]
  for (const [query, count] of filters) {
    test(`finds ${count} by ${query}`, async () => {
      const page = await list(`${query}&limit=100`)
      expect(page.data).toHaveLength(count)
      expect(page.totalCount).toBe(count)
    })
  }
})

const whole = 'limit must be a whole number from 1 to 100'

describe('GET /v1/channel-endpoints', () => {
  testCases(service, { method: 'GET', path: PATH }, [
    {
      name: 'an endpoint with all that it has',
      request: { path: `${PATH}?subscriberId=s07` },
      status: 200,
      contains: {
        data: [
          {
            identifier: /^chendp_\w{12}$/,
            channel: 'chat',
            providerId: 'slack',
            integrationIdentifier: 'slack',
            connectionIdentifier: 'second',
            subscriberId: 's07',
            contextKeys: ['region:us', 'tenant:acme'],
            type: 'slack_user',
            endpoint: { userId: 'U7' },
            createdAt: /^20.*Z$/,
            updatedAt: /^1979.*Z$/,
          },
        ],
        next: null,
        previous: null,
        totalCount: 1,
        totalCountCapped: false,
      },
      lacks: ['pending', '_id', 'nvironment', 's06'],
    },
    {
      name: 'to another environment’s key, nothing',
      request: { key: other.apiKey },
      status: 200,
      contains: { data: [], next: null, previous: null, totalCount: 0 },
    },
    {
      name: 'by the cursor of another environment, nothing',
      request: { path: `${PATH}?after=${'0'.repeat(23)}5`, key: other.apiKey },
      status: 200,
      contains: { data: [], next: null, previous: null, totalCount: 0 },
    },
    {
      name: 'an empty page after a cursor that is not known',
      request: { path: `${PATH}?after=${'f'.repeat(24)}` },
      status: 200,
      contains: { data: [], next: null, previous: null, totalCount: 0, totalCountCapped: false },
    },
    {
      name: 'a limit in the form of a fraction, as Python clients send it',
      request: { path: `${PATH}?limit=2.0` },
      status: 200,
      contains: { data: [{ subscriberId: 's22' }, { subscriberId: 's21' }] },
    },
    {
      name: 'a filter that nobody knows, instead of all',
      request: { path: `${PATH}?subscriber=s01` },
      ...refusedField('subscriber', 'property subscriber should not exist'),
      lacks: 'chendp_',
    },
    { name: 'none', request: { path: `${PATH}?limit=0` }, ...refusedField('limit', whole) },
    {
      name: 'more than 100',
      request: { path: `${PATH}?limit=101` },
      ...refusedField('limit', whole),
    },
    {
      name: 'a limit in words',
      request: { path: `${PATH}?limit=ten` },
      ...refusedField('limit', whole),
    },
    {
      name: 'an order that there is not',
      request: { path: `${PATH}?orderBy=name` },
      ...refusedField(
        'orderBy',
        'orderBy must be one of the following values: createdAt, updatedAt',
      ),
    },
    {
      name: 'a direction that there is not',
      request: { path: `${PATH}?orderDirection=asc` },
      ...refusedField(
        'orderDirection',
        'orderDirection must be one of the following values: ASC, DESC',
      ),
    },
    {
      name: 'a cursor in both directions',
      request: { path: `${PATH}?after=a&before=b` },
      ...refusedField('after', 'before and after cannot be used together'),
    },
    {
      name: 'neither true nor false',
      request: { path: `${PATH}?includeCursor=1` },
      ...refusedField('includeCursor', 'includeCursor must be true or false'),
    },
  ])
})
