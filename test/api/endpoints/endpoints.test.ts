import { beforeAll, describe, expect, test } from 'bun:test'
import { startService } from '../../harness/service.ts'

const service = await startService()
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
      ...store.endpoints.link(
        {
          ...fresh,
          integrationId: String(integration?.id),
          identifier: `chendp_${random.identifier()}`,
          subscriberId,
          contextKeys: index % 2 === 0 ? [] : ['region:us', 'tenant:acme'],
          type: 'slack_user',
          endpoint: { userId: `U${index}` },
        },
        { kind: 'named', identifier: index < 5 ? 'first' : 'second' },
      ),
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

  test('is empty after a cursor that is not known', async () => {
    expect(await list({ after: 'f'.repeat(24) })).toEqual({
      data: [],
      next: null,
      previous: null,
      totalCount: 0,
      totalCountCapped: false,
    })
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

  const refused: [string, string][] = [
    ['limit=0', 'limit must be a whole number from 1 to 100'],
    ['limit=101', 'limit must be a whole number from 1 to 100'],
    ['limit=ten', 'limit must be a whole number from 1 to 100'],
    ['orderBy=name', 'orderBy must be one of the following values: createdAt, updatedAt'],
    ['after=a&before=b', 'before and after cannot be used together'],
  ]
  for (const [query, message] of refused) {
    test(`refuses ${query}`, async () => {
      const { status, text } = await service.api('GET', `${PATH}?${query}`)
      expect(status).toBe(422)
      expect(text).toContain(message)
    })
  }
})

test('a list takes a limit in the form of a fraction, as Python clients send it', async () => {
  expect(idsOf(await list({ limit: '2.0' }))).toEqual(newestFirst.slice(0, 2))
})

test('a list refuses a filter that it does not know, instead of listing everything', async () => {
  const { status, body } = await service.api('GET', `${PATH}?subscriber=s01`)
  expect(status).toBe(422)
  expect(body).toMatchObject({
    errors: { subscriber: { messages: ['property subscriber should not exist'] } },
  })
})

const webhook = (url: string, changes: object = {}) =>
  service.api('POST', PATH, {
    type: 'webhook',
    endpoint: { url },
    subscriberId: 's00',
    integrationIdentifier: 'slack',
    context: { way: 'webhook' },
    ...changes,
  })

describe('the address of a webhook', () => {
  const refused: [string, string][] = [
    ['javascript:alert(1)', 'must be an http or https URL'],
    ['hooks.example.com/1', 'must be an http or https URL'],
    ['https://user:pass@hooks.example.com/1', 'must not contain a user name or password'],
    ['http://169.254.169.254/latest/meta-data', 'must not be an internal address'],
  ]
  for (const [url, message] of refused) {
    test(`is refused: ${url}`, async () => {
      const { status, body } = await webhook(url)
      expect([status, body]).toMatchObject([
        422,
        { errors: { endpoint: { messages: [expect.stringContaining(message)] } } },
      ])
    })
  }

  test('is held to the same rule where it is replaced', async () => {
    expect((await webhook('https://hooks.example.com/1', { identifier: 'hook' })).status).toBe(201)
    const { status, body } = await service.api('PATCH', `${PATH}/hook`, {
      endpoint: { url: 'http://localhost/1' },
    })
    expect([status, body]).toMatchObject([
      400,
      { message: expect.stringContaining('endpoint.url must not be an internal address') },
    ])
  })
})

test('a subscriber is linked in a connection once, and the second is told by whom', async () => {
  await service.api('POST', '/v1/channel-connections', {
    integrationIdentifier: 'slack',
    identifier: 'theirs',
    subscriberId: 's00',
    workspace: { id: 'T0THEIRS' },
    auth: { accessToken: 'xoxb-theirs' },
  })
  const answers = await Promise.all(
    ['one', 'two'].map((identifier) =>
      service.api('POST', PATH, {
        identifier,
        type: 'slack_user',
        endpoint: { userId: 'U0ADA00001' },
        subscriberId: 's00',
        connectionIdentifier: 'theirs',
        integrationIdentifier: 'slack',
      }),
    ),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  const made = answers.find(({ status }) => status === 201)?.body as { identifier: string }
  expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
    message: `A channel endpoint of type "slack_user" already exists for subscriber "s00" in connection "theirs". Endpoint ID: ${made.identifier}`,
  })
})
