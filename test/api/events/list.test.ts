import { afterAll, describe, expect, test } from 'bun:test'
import { EVENTS } from '../../../src/domain/events/registry.ts'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'
import { endOf, listEvents, tell } from './events.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)
const readOnly = await service.addKey({ permissions: ['read'] })
const linksOnly = await service.addKey({ permissions: ['links'] })

const after = await endOf(service)
for (const name of ['a', 'b', 'c']) await tell(service, name)
const nothingMore = await endOf(service)

const EVENT = {
  id: /^evt_\d+$/,
  type: 'environment.created',
  createdAt: /^20.*Z$/,
  actor: 'command:test',
  subscriberId: null,
  linkId: null,
  reason: null,
  personal: null,
}
/** A list of these, and of no others. */
const lists = (...names: string[]) => ({
  status: 200,
  contains: {
    data: names.map((name) => ({ ...EVENT, subject: `environment:${name}`, data: { name } })),
    next: /^evt_\d+$/,
  },
  lacks: ['environmentId', 'digest'],
})
const none = { status: 200, contains: { data: [], next: after } }

describe('GET /v1/events', () => {
  const path = `/v1/events?after=${after}`
  const since = 'since must be a time in ISO 8601, such as 2026-11-24T12:00:00Z'
  testCases(service, { method: 'GET', path }, [
    { name: 'what happened in the environment, the oldest first', ...lists('a', 'b', 'c') },
    { name: 'a page of them', request: { path: `${path}&limit=2` }, ...lists('a', 'b') },
    {
      name: 'no events after the last, with the cursor to continue from',
      request: { path: `/v1/events?after=${nothingMore}` },
      status: 200,
      contains: { data: [], next: nothingMore },
    },
    {
      name: 'no events of another environment',
      request: { key: other.apiKey },
      ...none,
      lacks: 'environment:',
    },
    {
      name: 'everything, to a key that can read',
      request: { key: readOnly },
      ...lists('a', 'b', 'c'),
    },
    {
      name: 'a key that can only create links',
      request: { key: linksOnly },
      status: 403,
      code: 'api_key_restricted',
      lacks: 'environment:',
    },
    {
      name: 'by types, separated by commas',
      request: { path: `${path}&types=environment.created,link.failed` },
      ...lists('a', 'b', 'c'),
    },
    {
      name: 'by types, given several times',
      request: { path: `${path}&types=environment.created&types=link.failed` },
      ...lists('a', 'b', 'c'),
    },
    { name: 'by another type', request: { path: `${path}&types=link.failed` }, ...none },
    { name: 'by subject', request: { path: `${path}&subject=environment:b` }, ...lists('b') },
    { name: 'by another subject', request: { path: `${path}&subject=environment:y` }, ...none },
    { name: 'by subscriber', request: { path: `${path}&subscriberId=nobody` }, ...none },
    {
      name: 'since a day',
      request: { path: `${path}&since=2020-01-01&limit=1.0` },
      ...lists('a'),
    },
    {
      name: 'since a time in the future',
      request: { path: `${path}&since=2999-01-01T00:00:00%2B01:00` },
      status: 200,
      contains: { data: [], next: nothingMore },
    },
    {
      name: 'a number instead of an event id',
      request: { path: '/v1/events?after=42' },
      ...refusedField('after', 'after must be the id of an event, such as evt_42'),
    },
    {
      name: 'an unknown type, as a client with a misspelt one would wait for ever',
      request: { path: `${path}&types=link.filed,link.failed` },
      status: 422,
      contains: {
        errors: {
          types: {
            messages: [/^types must be among the following values: .*link\.failed/],
            value: 'link.filed',
          },
        },
      },
    },
    {
      name: 'a subject without a kind',
      request: { path: `${path}&subject=x` },
      ...refusedField(
        'subject',
        'subject must be a kind and an identifier, such as endpoint:chendp_3fJq8sVb1TzK',
      ),
    },
    {
      name: 'a time that is not ISO 8601',
      request: { path: `${path}&since=now` },
      ...refusedField('since', since),
    },
    {
      name: 'a date that does not exist',
      request: { path: `${path}&since=2026-99-99` },
      ...refusedField('since', since),
    },
    {
      name: 'a limit of 0',
      request: { path: `${path}&limit=0` },
      ...refusedField('limit', 'limit must be a whole number from 1 to 100'),
    },
    {
      name: 'a wait of more than 25 seconds',
      request: { path: `${path}&wait=26` },
      ...refusedField('wait', 'wait must be a whole number from 0 to 25'),
    },
    ...['before=evt_3', 'actor=me'].map((query) => ({
      name: `what nobody knows: ${query}`,
      request: { path: `${path}&${query}` },
      ...refusedField(
        query.split('=')[0] ?? '',
        `property ${query.split('=')[0]} should not exist`,
      ),
    })),
  ])

  test('continues after `next`', async () => {
    const first = await listEvents(service, `after=${after}&limit=2`)
    expect(first.next).toBe(String(first.data[1]?.id))
    const second = await listEvents(service, `after=${first.next}`)
    expect(second.data.map(({ subject }) => subject)).toEqual(['environment:c'])
  })

  test('begins with the first event since a time, and needs the time only once', async () => {
    service.advance(1000)
    const since = new Date(service.deps.clock()).toISOString()
    for (const wait of [0, 1]) {
      const { data, next } = await listEvents(service, `since=${since}&wait=${wait}`)
      expect(data).toEqual([])
      expect(await listEvents(service, `after=${next}`)).toEqual({ data: [], next })
    }
    const { next } = await listEvents(service, `since=${since}&types=link.failed`)
    await tell(service, 'since')
    const { data } = await listEvents(service, `after=${next}`)
    expect(data.map(({ subject }) => subject)).toEqual(['environment:since'])
  })
})

test('each event type is described by its own schema', async () => {
  const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
    components: { schemas: Record<string, Record<string, unknown>> }
  }
  const { schemas } = document.components
  const { properties } = schemas['ListEventsResponseDto'] as {
    properties: { data: { items: { oneOf: { $ref: string }[]; discriminator: object } } }
  }
  const { oneOf, discriminator } = properties.data.items
  expect(discriminator).toEqual({ propertyName: 'type' })
  expect(oneOf).toHaveLength(EVENTS.size)
  expect(schemas['EndpointLinkedEvent']).toMatchObject({
    properties: { type: { const: 'endpoint.linked' } },
  })
})
