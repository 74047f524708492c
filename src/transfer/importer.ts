import { isUniqueViolation } from '../store/failures.ts'
import type { Store } from '../store/store.ts'
import type { Write } from '../store/writer/writes.ts'
import type { RecordOf, TransferRecord } from './records.ts'

/** What became of a record. `known`: it is there already, so that an import can be run again. */
export type Taken = { kind: 'stored' } | { kind: 'known' } | { kind: 'skipped'; why: string }

export type ImportDeps = {
  store: Store
  environmentId: string
  /** The providers that latch links with. */
  providerIds: readonly string[]
  endpointKind: (type: string) => 'person' | 'destination'
  recordId: (nowMs: number) => string
  clock: () => number
}

const known: Taken = { kind: 'known' }
const skipped = (why: string): Taken => ({ kind: 'skipped', why })

/** Stores records under their own names, and leaves those that are there as they are. */
export function createImporter(deps: ImportDeps): (record: TransferRecord) => Promise<Taken> {
  const { store, environmentId } = deps
  const fresh = (record: { createdAt?: string; updatedAt?: string }) => {
    const nowMs = deps.clock()
    const createdAtMs = timeOf(record.createdAt) ?? nowMs
    const updatedAtMs = timeOf(record.updatedAt) ?? createdAtMs
    return { id: deps.recordId(createdAtMs), environmentId, createdAtMs, updatedAtMs }
  }
  const commit = async (write: Write, why: string): Promise<Taken> => {
    try {
      await store.commit([write])
      return { kind: 'stored' }
    } catch (error) {
      if (isUniqueViolation(error)) return skipped(why)
      throw error
    }
  }

  async function integration(record: RecordOf<'integration'>): Promise<Taken> {
    const { identifier, name, providerId, channel, active } = record
    if (!deps.providerIds.includes(providerId)) {
      return skipped(`latch does not link with the provider ${providerId}`)
    }
    if ((await store.integrations.findByIdentifier(environmentId, identifier)) !== null)
      return known
    const credentials = record.credentials ?? {}
    const row = { ...fresh(record), identifier, name, providerId, channel, active, credentials }
    return commit(store.integrations.insert(row), 'the identifier is taken')
  }

  async function subscriber(record: RecordOf<'subscriber'>): Promise<Taken> {
    const { subscriberId, profile } = record
    if ((await store.subscribers.find(environmentId, subscriberId)) !== null) return known
    const row = { ...fresh(record), subscriberId, profile }
    return commit(store.subscribers.insertIfMissing(row), 'it is there')
  }

  async function context(record: RecordOf<'context'>): Promise<Taken> {
    const { type, id: contextId, data } = record
    const key = `${type}:${contextId}`
    if ((await store.contexts.find(environmentId, key)) !== null) return known
    const row = { ...fresh(record), key, type, contextId, data }
    return commit(store.contexts.insertIfMissing(row), 'it is there')
  }

  async function connection(record: RecordOf<'connection'>): Promise<Taken> {
    const { identifier, integrationIdentifier, subscriberId, workspace } = record
    const of = await store.integrations.findByIdentifier(environmentId, integrationIdentifier)
    if (of === null) return skipped(`there is no integration ${integrationIdentifier}`)
    if ((await store.connections.findWithAuth(environmentId, identifier)) !== null) return known
    const row = {
      ...fresh(record),
      integrationId: of.id,
      identifier,
      subscriberId,
      contextKeys: sorted(record.contextKeys),
      workspaceId: workspace.id,
      workspaceName: workspace.name ?? null,
      botUserId: workspace.botUserId ?? null,
      origin: record.origin ?? 'api',
    }
    // Without its token it still says whose workspace it is, which is all that a link needs.
    const auth = record.auth ?? { accessToken: 'identity-only' }
    // Nobody knows how long this token still lives: it is refreshed at once, as by the API.
    const isUndated = auth.refreshToken !== undefined && auth.expiresAt === undefined
    const expiresAt = new Date(deps.clock()).toISOString()
    const why = 'the integration has a connection for the same subscriber and context'
    return commit(store.connections.insert(row, isUndated ? { ...auth, expiresAt } : auth), why)
  }

  async function endpoint(record: RecordOf<'endpoint'>): Promise<Taken> {
    const { identifier, integrationIdentifier, connectionIdentifier, subscriberId } = record
    const of = await store.integrations.findByIdentifier(environmentId, integrationIdentifier)
    if (of === null) return skipped(`there is no integration ${integrationIdentifier}`)
    if ((await store.endpoints.find(environmentId, identifier)) !== null) return known
    if ((await store.subscribers.find(environmentId, subscriberId)) === null) {
      return skipped(`there is no subscriber ${subscriberId}`)
    }
    const row = {
      ...fresh(record),
      integrationId: of.id,
      identifier,
      connectionIdentifier,
      subscriberId,
      contextKeys: sorted(record.contextKeys),
      type: record.type,
      kind: deps.endpointKind(record.type),
      endpoint: record.endpoint,
      reachAttempts: 0,
      reachNextAttemptAtMs: null,
      reachProblem: null,
    }
    // Novu makes a new endpoint each time that somebody links.
    return commit(store.endpoints.insert(row), 'the subscriber is linked there already')
  }

  return async function take(record) {
    switch (record.record) {
      case 'environment':
        return known
      case 'integration':
        return integration(record)
      case 'subscriber':
        return subscriber(record)
      case 'context':
        return context(record)
      case 'connection':
        return connection(record)
      case 'endpoint':
        return endpoint(record)
    }
  }
}

const sorted = (keys: readonly string[] = []): string[] =>
  [...keys].sort((left, right) => left.localeCompare(right, 'en'))

function timeOf(text: string | undefined): number | null {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? null : ms
}
