import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { isDeeperThan, MAX_DEPTH } from '../domain/json.ts'
import { createRecordReader, type ReadRecord } from './records.ts'

/** A Novu deployment, accessed through its API. */
export type Novu = {
  url: string
  apiKey: string
  fetch: (url: string, init: RequestInit) => Promise<Response>
}

/** Novu returned an error, or an invalid response. */
export class NovuError extends Error {
  override readonly name = 'NovuError'
}

const Envelope = Type.Object({
  data: Type.Array(Type.Unknown()),
  next: Type.Optional(Type.Union([Type.String(), Type.Null()])),
})
type Item = Readonly<Record<string, unknown>>

/** The resources that are read, in order of dependency. */
export const RESOURCES = [
  { path: '/v1/integrations', paged: false, toRecord: integration },
  { path: '/v2/subscribers', paged: true, toRecord: subscriber },
  { path: '/v2/contexts', paged: true, toRecord: context },
  { path: '/v1/channel-connections', paged: true, toRecord: connection },
  { path: '/v1/channel-endpoints', paged: true, toRecord: endpoint },
] as const

/** Reads one page of a Novu list, and returns where the next one begins. */
export async function readNovuPage(
  novu: Novu,
  resource: (typeof RESOURCES)[number],
  after: string | null,
): Promise<{ items: ReadRecord[]; next: string | null }> {
  const query = new URLSearchParams({ limit: '100', orderDirection: 'ASC' })
  if (after !== null) query.set('after', after)
  const { data, next = null } = await ask(
    novu,
    resource.paged ? `${resource.path}?${query}` : resource.path,
    Envelope,
  )
  const read = createRecordReader()
  return {
    next: resource.paged ? next : null,
    items: data.map((item) => {
      if (!isItem(item)) return refused('it is not an object')
      if (isDeeperThan(item, MAX_DEPTH))
        return refused(`it is nested deeper than ${MAX_DEPTH} levels`)
      return read(resource.toRecord(item))
    }),
  }
}

const isItem = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const refused = (why: string): ReadRecord => ({ kind: 'refused', name: null, why })

async function ask<Schema extends TSchema>(
  { url, apiKey, fetch }: Novu,
  path: string,
  schema: Schema,
): Promise<Static<Schema>> {
  const response = await fetch(url + path, {
    headers: { authorization: `ApiKey ${apiKey}`, accept: 'application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(30_000),
  })
  const body: unknown = await response.json().catch(() => null)
  const answer = Array.isArray(body) ? { data: body } : body
  if (response.status === 200 && Value.Check(schema, answer)) return answer
  throw new NovuError(`Novu responded with status ${response.status} to GET ${path}`)
}

const times = ({ createdAt, updatedAt }: Item) => ({ createdAt, updatedAt })

/** Novu does not return credentials to an API key: they must be set again. */
function integration(item: Item) {
  const { identifier, name, providerId, channel, active } = item
  return { record: 'integration', identifier, name, providerId, channel, active, ...times(item) }
}

const PROFILE = ['firstName', 'lastName', 'email', 'phone', 'avatar', 'locale', 'timezone', 'data']

function subscriber(item: Item) {
  const profile = Object.fromEntries(
    PROFILE.flatMap((name) => (item[name] == null ? [] : [[name, item[name]]])),
  )
  return { record: 'subscriber', subscriberId: item['subscriberId'], profile, ...times(item) }
}

function context(item: Item) {
  const { type, id, data } = item
  return { record: 'context', type, id, data: data ?? {}, ...times(item) }
}

function connection(item: Item) {
  const { identifier, integrationIdentifier, contextKeys } = item
  const [workspace, auth] = [withoutNulls(item['workspace']), withoutNulls(item['auth'])]
  const subscriberId = item['subscriberId'] ?? null
  const owner = { integrationIdentifier, subscriberId, contextKeys }
  return { record: 'connection', identifier, ...owner, workspace, auth, ...times(item) }
}

/** Novu's responses contain null for unknown values. */
const withoutNulls = (value: unknown): unknown =>
  isItem(value)
    ? Object.fromEntries(Object.entries(value).filter(([, property]) => property !== null))
    : value

function endpoint(item: Item) {
  const { identifier, integrationIdentifier, contextKeys, type, endpoint: value } = item
  const { subscriberId } = item
  const connectionIdentifier = item['connectionIdentifier'] ?? null
  const owner = { integrationIdentifier, connectionIdentifier, subscriberId, contextKeys }
  return { record: 'endpoint', identifier, ...owner, type, endpoint: value, ...times(item) }
}
