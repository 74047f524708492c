import type { Deps } from '../deps.ts'
import { type CommitDeps, commit as commitDecision } from '../domain/commit.ts'
import { contextShape, createContext } from '../domain/contexts/contexts.ts'
import type { Accepted, Actor } from '../domain/decision.ts'
import { integrationShape } from '../domain/integrations/integration.ts'
import { createIntegration, findProvider } from '../domain/integrations/integrations.ts'
import { type Invalid, inOneLine } from '../domain/shape.ts'
import { subscriberShape } from '../domain/subscribers/subscriber.ts'
import { upsertSubscriber } from '../domain/subscribers/subscribers.ts'
import { isUniqueViolation } from '../store/failures.ts'
import type { RowTimes } from '../store/fresh-row.ts'
import type { Write } from '../store/writer/writes.ts'
import type { RecordOf, TransferRecord } from './records.ts'

/** What became of a record. `known`: it is there already, so that an import can be run again. */
export type Taken = { kind: 'stored' } | { kind: 'known' } | { kind: 'skipped'; why: string }

export type ImportDeps = CommitDeps &
  Pick<Deps, 'providers' | 'random' | 'clock'> & {
    environmentId: string
    endpointKind: (type: string) => 'person' | 'destination'
  }

const IMPORT: Actor = { kind: 'command', id: 'import' }

const known: Taken = { kind: 'known' }
const skipped = (why: string): Taken => ({ kind: 'skipped', why })

/** Stores records under their own names, and leaves those that are there as they are. */
export function createImporter(deps: ImportDeps): (record: TransferRecord) => Promise<Taken> {
  const { store, environmentId } = deps
  const fresh = (record: { createdAt?: string; updatedAt?: string }) => {
    const nowMs = deps.clock()
    const createdAtMs = timeOf(record.createdAt) ?? nowMs
    const updatedAtMs = timeOf(record.updatedAt) ?? createdAtMs
    return { id: deps.random.recordId(createdAtMs), environmentId, createdAtMs, updatedAtMs }
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

  const shape = integrationShape(deps.providers)

  async function integration(record: RecordOf<'integration'>): Promise<Taken> {
    const { providerId } = record
    if (findProvider(deps.providers, providerId).kind === 'unknown_provider') {
      return skipped(`latch does not link with the provider ${providerId}`)
    }
    const read = shape.read(record)
    if (read.kind === 'invalid') return takenOf(read)
    return takenOf(
      await commitDecision(deps, IMPORT, () =>
        createIntegration(deps, environmentId, read.value, timesOf(record)),
      ),
    )
  }

  async function subscriber(record: RecordOf<'subscriber'>): Promise<Taken> {
    const read = subscriberShape.read({ ...record.profile, subscriberId: record.subscriberId })
    if (read.kind === 'invalid') return takenOf(read)
    const options = { failIfExists: true, times: timesOf(record) }
    return takenOf(
      await commitDecision(deps, IMPORT, () =>
        upsertSubscriber(deps, environmentId, read.value, options),
      ),
    )
  }

  async function context(record: RecordOf<'context'>): Promise<Taken> {
    const read = contextShape.read(record)
    if (read.kind === 'invalid') {
      const isName = 'type' in read.fields || 'id' in read.fields
      return isName ? skipped(CONTEXT_NAME) : takenOf(read)
    }
    return takenOf(
      await commitDecision(deps, IMPORT, () =>
        createContext(deps, environmentId, read.value, timesOf(record)),
      ),
    )
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

const CONTEXT_NAME =
  'type and id of a context must be 1 to 100 letters, digits, hyphens or underscores'

/** What a decision comes to: what the record says of is there now, was there before, or may not be. */
function takenOf(
  decided:
    | Accepted<unknown>
    | Invalid
    | { kind: 'integration_exists' | 'subscriber_exists' | 'context_exists' }
    | { kind: 'unknown_provider' },
): Taken {
  switch (decided.kind) {
    case 'accepted':
      return { kind: 'stored' }
    case 'invalid':
      return skipped(inOneLine(decided))
    case 'unknown_provider':
      return skipped('latch does not link with its provider')
    default:
      return known
  }
}

function timesOf(record: { createdAt?: string; updatedAt?: string }): RowTimes {
  const [createdAtMs, updatedAtMs] = [timeOf(record.createdAt), timeOf(record.updatedAt)]
  return {
    ...(createdAtMs !== null && { createdAtMs }),
    ...(updatedAtMs !== null && { updatedAtMs }),
  }
}

const sorted = (keys: readonly string[] = []): string[] =>
  [...keys].sort((left, right) => left.localeCompare(right, 'en'))

function timeOf(text: string | undefined): number | null {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? null : ms
}
